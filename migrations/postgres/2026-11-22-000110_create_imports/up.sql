-- What an organisation calls its events and sessions in its own files: by this a file that is sent again finds them.
CREATE TABLE external_ids (
    organisation_id BIGINT NOT NULL REFERENCES organisations (id),
    kind TEXT NOT NULL CHECK (kind IN ('event', 'session')),
    external_id TEXT NOT NULL,
    object_id BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, kind, external_id)
);
CREATE UNIQUE INDEX external_ids_by_object ON external_ids (kind, object_id);
-- Files of sessions that were read: `wanted` is what they ask for, packed; `ground` is a hash of what it would change of
-- what was there, by which it is seen that this has moved. What was applied keeps what came of it, and nothing else.
CREATE TABLE imports (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation_id BIGINT NOT NULL REFERENCES organisations (id),
    created_at TIMESTAMP NOT NULL,
    wanted BYTEA,
    ground TEXT NOT NULL,
    errors INTEGER NOT NULL CHECK (errors >= 0),
    applied_at TIMESTAMP,
    result TEXT,
    CONSTRAINT imports_applied CHECK ((applied_at IS NULL) = (result IS NULL))
);
CREATE INDEX imports_by_organisation ON imports (organisation_id, created_at);
CREATE INDEX imports_by_age ON imports (created_at);
