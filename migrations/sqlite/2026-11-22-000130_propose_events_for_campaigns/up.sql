-- Which events are part of which editions of campaigns: proposed by their organisations, decided on by the campaign's
-- authority. A row is one event in one edition for ever; `version` counts what became of it, and is that of the item of
-- the review queue. `edition_id` is no reference: editions lie in the body of their campaign, or follow from its rule.
CREATE TABLE participations (
    id BIGINT NOT NULL PRIMARY KEY,
    campaign_id BIGINT NOT NULL REFERENCES campaigns (id),
    edition_id BIGINT NOT NULL,
    year INTEGER NOT NULL,
    event_id BIGINT NOT NULL REFERENCES events (id),
    state TEXT NOT NULL CHECK (state IN ('proposed', 'confirmed', 'rejected', 'withdrawn', 'removed')),
    version BIGINT NOT NULL CHECK (version > 0),
    reason TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX participations_once ON participations (event_id, edition_id);
CREATE INDEX participations_by_campaign ON participations (campaign_id, id);
CREATE INDEX participations_by_edition ON participations (edition_id, state);
-- SQLite cannot change a CHECK: the queue is written anew. Nothing refers to it.
CREATE TABLE review_items_anew (
    id BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('event', 'base', 'route', 'series', 'organisation', 'report', 'campaign', 'accreditation', 'assessment', 'resource')),
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
INSERT INTO review_items_anew SELECT * FROM review_items;
DROP TABLE review_items;
ALTER TABLE review_items_anew RENAME TO review_items;
CREATE UNIQUE INDEX review_items_open_once ON review_items (kind, object_id, lane) WHERE state = 'open';
CREATE INDEX review_items_oldest_first ON review_items (submitted_at, id) WHERE state = 'open';
CREATE INDEX review_items_by_organisation ON review_items (organisation_id, state);
CREATE INDEX review_items_by_object ON review_items (kind, object_id, submitted_at);
