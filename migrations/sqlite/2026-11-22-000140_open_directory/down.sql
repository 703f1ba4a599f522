DELETE FROM drafts WHERE kind = 'resource';
CREATE TABLE new_drafts (
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
INSERT INTO new_drafts (kind, object_id, organisation_id, division, version, state, body, base, reason, fields, author_id, updated_at)
    SELECT kind, object_id, organisation_id, division, version, state, body, base, reason, fields, author_id, updated_at FROM drafts;
DROP TABLE drafts;
ALTER TABLE new_drafts RENAME TO drafts;
CREATE INDEX drafts_by_organisation ON drafts (organisation_id, kind, object_id);
CREATE TABLE new_reports (
    id BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('event', 'base', 'route', 'series')),
    object_id BIGINT NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('wrongPlace', 'wrongTime', 'wrongContact', 'notTakingPlace', 'inaccurate', 'offensive', 'unsafe', 'other')),
    words TEXT,
    person_id BIGINT REFERENCES persons (id),
    created_at TIMESTAMP NOT NULL
);
INSERT INTO new_reports SELECT id, kind, object_id, reason, words, person_id, created_at FROM reports WHERE kind <> 'resource';
DROP TABLE reports;
ALTER TABLE new_reports RENAME TO reports;
CREATE INDEX reports_by_person ON reports (person_id, kind, object_id) WHERE person_id IS NOT NULL;
CREATE TABLE new_text_checks (
    kind TEXT NOT NULL CHECK (kind IN ('event', 'base', 'route', 'series')),
    object_id BIGINT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    person_id BIGINT NOT NULL REFERENCES persons (id),
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    next_at TIMESTAMP NOT NULL,
    PRIMARY KEY (kind, object_id)
);
INSERT INTO new_text_checks SELECT kind, object_id, version, person_id, attempts, next_at FROM text_checks WHERE kind <> 'resource';
DROP TABLE text_checks;
ALTER TABLE new_text_checks RENAME TO text_checks;
CREATE INDEX text_checks_by_time ON text_checks (next_at);
CREATE INDEX text_checks_by_person ON text_checks (person_id);
DROP TABLE register_numbers;
DROP TABLE resource_contacts;
DELETE FROM resources WHERE publication <> 'public';
DROP INDEX resources_by_confirmation;
DROP INDEX resources_by_organisation;
ALTER TABLE resources DROP COLUMN confirmed_at;
ALTER TABLE resources DROP COLUMN publication;
ALTER TABLE resources DROP COLUMN organisation_id;
