-- The resource directory opens to everybody: its entries are drafted and reviewed like events, and an entry may be a person's.
ALTER TABLE resources ADD COLUMN organisation_id BIGINT REFERENCES organisations (id);
ALTER TABLE resources ADD COLUMN publication TEXT NOT NULL DEFAULT 'public' CHECK (publication IN ('draft', 'public', 'takenDown', 'archived'));
-- When somebody last said that it is so; absent for what was never registered here.
ALTER TABLE resources ADD COLUMN confirmed_at TIMESTAMP;
CREATE INDEX resources_by_organisation ON resources (organisation_id);
CREATE INDEX resources_by_confirmation ON resources (confirmed_at) WHERE confirmed_at IS NOT NULL;
-- Whom the authority may ask about an entry, sealed.
CREATE TABLE resource_contacts (
    resource_id BIGINT NOT NULL PRIMARY KEY REFERENCES resources (id) ON DELETE CASCADE,
    contact TEXT NOT NULL
);
-- Numbers that were given out, by division and year.
CREATE TABLE register_numbers (
    register TEXT NOT NULL,
    division BIGINT NOT NULL,
    year INTEGER NOT NULL,
    used INTEGER NOT NULL CHECK (used > 0),
    PRIMARY KEY (register, division, year)
);
-- A draft is an organisation's or a person's.
ALTER TABLE drafts ALTER COLUMN organisation_id DROP NOT NULL;
ALTER TABLE drafts ADD COLUMN person_id BIGINT REFERENCES persons (id);
ALTER TABLE drafts ADD CONSTRAINT drafts_owner CHECK ((organisation_id IS NULL) <> (person_id IS NULL));
CREATE INDEX drafts_by_person ON drafts (person_id, kind, object_id) WHERE person_id IS NOT NULL;
ALTER TABLE drafts DROP CONSTRAINT drafts_kind_check;
ALTER TABLE drafts ADD CONSTRAINT drafts_kind_check CHECK (kind IN ('event', 'base', 'route', 'series', 'resource'));
ALTER TABLE reports DROP CONSTRAINT reports_kind_check;
ALTER TABLE reports ADD CONSTRAINT reports_kind_check CHECK (kind IN ('event', 'base', 'route', 'series', 'resource'));
ALTER TABLE text_checks DROP CONSTRAINT text_checks_kind_check;
ALTER TABLE text_checks ADD CONSTRAINT text_checks_kind_check CHECK (kind IN ('event', 'base', 'route', 'series', 'resource'));
