-- Who sees a catalogued thing. Its table holds what was approved last; of what never was, what its author has so far.
ALTER TABLE bases ADD COLUMN publication TEXT NOT NULL DEFAULT 'public' CHECK (publication IN ('draft', 'public', 'takenDown', 'archived'));
ALTER TABLE series ADD COLUMN publication TEXT NOT NULL DEFAULT 'public' CHECK (publication IN ('draft', 'public', 'takenDown', 'archived'));
ALTER TABLE routes ADD COLUMN publication TEXT NOT NULL DEFAULT 'public' CHECK (publication IN ('draft', 'public', 'takenDown', 'archived'));
ALTER TABLE events ADD COLUMN publication TEXT NOT NULL DEFAULT 'public' CHECK (publication IN ('draft', 'public', 'takenDown', 'archived'));
-- Whose it is, where somebody wrote it here.
ALTER TABLE routes ADD COLUMN organisation_id BIGINT REFERENCES organisations (id);
CREATE INDEX routes_by_organisation ON routes (organisation_id);
-- What authors are writing: the thing as it is to be, in the fields of its kind, and as it was published when they began
-- (`base`), so that what others changed meanwhile stays. Fields may be missing until it is submitted.
CREATE TABLE drafts (
    kind TEXT NOT NULL CHECK (kind IN ('event', 'base', 'route', 'series')),
    object_id BIGINT NOT NULL,
    organisation_id BIGINT NOT NULL REFERENCES organisations (id),
    division BIGINT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    state TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'approved', 'rejected')),
    body TEXT NOT NULL,
    base TEXT,
    reason TEXT,
    fields TEXT NOT NULL,
    author_id BIGINT,
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (kind, object_id)
);
CREATE INDEX drafts_by_organisation ON drafts (organisation_id, kind, object_id);
-- What waits for a decision of an authority, and what was decided. `version` is that of what is judged: it moves, and a
-- decision on what it was before is refused. `campaigns` are ids with a space around each.
CREATE TABLE review_items (
    id BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('event', 'base', 'route', 'series', 'organisation', 'report', 'accreditation', 'assessment', 'resource')),
    object_id BIGINT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    lane TEXT NOT NULL CHECK (lane IN ('submitted', 'sampled', 'emergency')),
    title TEXT NOT NULL,
    organisation_id BIGINT REFERENCES organisations (id),
    division BIGINT NOT NULL,
    campaigns TEXT NOT NULL,
    notes TEXT NOT NULL,
    submitted_by BIGINT,
    submitted_at TIMESTAMP NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'rejected', 'withdrawn')),
    claimed_by BIGINT,
    claimed_until TIMESTAMP,
    decided_by BIGINT,
    decided_at TIMESTAMP,
    reason TEXT,
    fields TEXT NOT NULL,
    CONSTRAINT review_items_claim CHECK ((claimed_by IS NULL) = (claimed_until IS NULL)),
    CONSTRAINT review_items_decision CHECK ((decided_at IS NULL) = (state = 'open'))
);
CREATE UNIQUE INDEX review_items_open_once ON review_items (kind, object_id, lane) WHERE state = 'open';
CREATE INDEX review_items_oldest_first ON review_items (submitted_at, id) WHERE state = 'open';
CREATE INDEX review_items_by_organisation ON review_items (organisation_id, state);
CREATE INDEX review_items_by_object ON review_items (kind, object_id, submitted_at);
