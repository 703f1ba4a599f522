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
CREATE TABLE new_drafts (
    kind TEXT NOT NULL CHECK (kind IN ('event', 'base', 'route', 'series', 'resource')),
    object_id BIGINT NOT NULL,
    organisation_id BIGINT REFERENCES organisations (id),
    person_id BIGINT REFERENCES persons (id),
    division BIGINT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    state TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'approved', 'rejected')),
    body TEXT NOT NULL,
    base TEXT,
    reason TEXT,
    fields TEXT NOT NULL,
    author_id BIGINT,
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (kind, object_id),
    CONSTRAINT drafts_owner CHECK ((organisation_id IS NULL) <> (person_id IS NULL))
);
INSERT INTO new_drafts (kind, object_id, organisation_id, division, version, state, body, base, reason, fields, author_id, updated_at)
    SELECT kind, object_id, organisation_id, division, version, state, body, base, reason, fields, author_id, updated_at FROM drafts;
DROP TABLE drafts;
ALTER TABLE new_drafts RENAME TO drafts;
CREATE INDEX drafts_by_organisation ON drafts (organisation_id, kind, object_id);
CREATE INDEX drafts_by_person ON drafts (person_id, kind, object_id) WHERE person_id IS NOT NULL;
CREATE TABLE new_reports (
    id BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('event', 'base', 'route', 'series', 'resource')),
    object_id BIGINT NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('wrongPlace', 'wrongTime', 'wrongContact', 'notTakingPlace', 'inaccurate', 'offensive', 'unsafe', 'other')),
    words TEXT,
    person_id BIGINT REFERENCES persons (id),
    created_at TIMESTAMP NOT NULL
);
INSERT INTO new_reports SELECT id, kind, object_id, reason, words, person_id, created_at FROM reports;
DROP TABLE reports;
ALTER TABLE new_reports RENAME TO reports;
CREATE INDEX reports_by_person ON reports (person_id, kind, object_id) WHERE person_id IS NOT NULL;
CREATE TABLE new_text_checks (
    kind TEXT NOT NULL CHECK (kind IN ('event', 'base', 'route', 'series', 'resource')),
    object_id BIGINT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    person_id BIGINT NOT NULL REFERENCES persons (id),
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    next_at TIMESTAMP NOT NULL,
    PRIMARY KEY (kind, object_id)
);
INSERT INTO new_text_checks SELECT kind, object_id, version, person_id, attempts, next_at FROM text_checks;
DROP TABLE text_checks;
ALTER TABLE new_text_checks RENAME TO text_checks;
CREATE INDEX text_checks_by_time ON text_checks (next_at);
CREATE INDEX text_checks_by_person ON text_checks (person_id);
