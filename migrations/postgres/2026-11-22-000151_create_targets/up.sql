-- Numbers that authorities want to reach, and what was reported of those that nothing here can count.
CREATE TABLE targets (
    id BIGINT NOT NULL PRIMARY KEY,
    division BIGINT NOT NULL REFERENCES divisions (id),
    body TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX targets_by_division ON targets (division);
