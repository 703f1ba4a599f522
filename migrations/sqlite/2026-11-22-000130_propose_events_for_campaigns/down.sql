CREATE TABLE review_items_anew (
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
INSERT INTO review_items_anew SELECT * FROM review_items WHERE kind <> 'campaign';
DROP TABLE review_items;
ALTER TABLE review_items_anew RENAME TO review_items;
CREATE UNIQUE INDEX review_items_open_once ON review_items (kind, object_id, lane) WHERE state = 'open';
CREATE INDEX review_items_oldest_first ON review_items (submitted_at, id) WHERE state = 'open';
CREATE INDEX review_items_by_organisation ON review_items (organisation_id, state);
CREATE INDEX review_items_by_object ON review_items (kind, object_id, submitted_at);
DROP TABLE participations;
