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
ALTER TABLE review_items DROP CONSTRAINT review_items_kind_check;
ALTER TABLE review_items ADD CONSTRAINT review_items_kind_check CHECK (kind IN ('event', 'base', 'route', 'series', 'organisation', 'report', 'campaign', 'accreditation', 'assessment', 'resource'));
