-- What persons may do for organisations.
CREATE TABLE memberships (
    person_id BIGINT NOT NULL REFERENCES persons (id),
    organisation_id BIGINT NOT NULL REFERENCES organisations (id),
    role TEXT NOT NULL CHECK (role IN ('owner', 'editor', 'desk')),
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (person_id, organisation_id)
);
CREATE INDEX memberships_by_organisation ON memberships (organisation_id);
-- What persons may do as an authority, over a division and those within it.
CREATE TABLE authorities (
    person_id BIGINT NOT NULL REFERENCES persons (id),
    division BIGINT NOT NULL REFERENCES divisions (id),
    role TEXT NOT NULL CHECK (role IN ('reviewer', 'administrator')),
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (person_id, division)
);
-- Logins by password. `failures` are those since the last login; `totp_step` is the step of the last code that was taken,
-- and absent as long as a secret is not yet binding.
CREATE TABLE passwords (
    person_id BIGINT NOT NULL PRIMARY KEY REFERENCES persons (id),
    username TEXT NOT NULL UNIQUE,
    hash TEXT NOT NULL,
    failures INTEGER NOT NULL CHECK (failures >= 0),
    locked_until TIMESTAMP,
    totp_secret TEXT,
    totp_step BIGINT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CHECK (totp_step IS NULL OR totp_secret IS NOT NULL)
);
