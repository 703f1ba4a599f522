-- Whoever logs in, by what names WeChat knows them, and their logins.
CREATE TABLE persons (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL CHECK (version > 0),
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    display_name TEXT
);
-- A person within one mini-program.
CREATE TABLE wechat_openids (
    app_id TEXT NOT NULL,
    openid TEXT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES persons (id),
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (app_id, openid)
);
CREATE INDEX wechat_openids_by_person ON wechat_openids (person_id);
-- A person over all mini-programs of an Open Platform account.
CREATE TABLE wechat_unionids (
    unionid TEXT NOT NULL PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES persons (id),
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX wechat_unionids_by_person ON wechat_unionids (person_id);
-- A login from its first token to its last. Of refresh tokens there are hashes only: the family's finds the login, the
-- secret's tells the good one; `replaced_*` is about the one before it.
CREATE TABLE logins (
    id BIGINT NOT NULL PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES persons (id),
    family_hash TEXT NOT NULL UNIQUE,
    secret_hash TEXT NOT NULL,
    replaced_hash TEXT,
    replaced_salt TEXT,
    replaced_at TIMESTAMP,
    rotations BIGINT NOT NULL CHECK (rotations >= 0),
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP
);
CREATE INDEX logins_by_person ON logins (person_id);
CREATE INDEX logins_by_expiry ON logins (expires_at);
