-- Invitations that wait: whoever has the code, of which a hash is here, becomes a member. One that was accepted or taken
-- back is gone; the audit tells of it.
CREATE TABLE invitations (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation_id BIGINT NOT NULL REFERENCES organisations (id),
    role TEXT NOT NULL CHECK (role IN ('owner', 'editor', 'desk')),
    code_hash TEXT NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX invitations_by_organisation ON invitations (organisation_id);
CREATE INDEX invitations_by_expiry ON invitations (expires_at);
-- Keys by which systems of partners act for an organisation. Of the secret there is a hash; `scopes` are words.
CREATE TABLE api_keys (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation_id BIGINT NOT NULL REFERENCES organisations (id),
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP,
    last_used_at TIMESTAMP
);
CREATE INDEX api_keys_by_organisation ON api_keys (organisation_id);
CREATE INDEX api_keys_by_expiry ON api_keys (expires_at);
