-- Texts that WeChat is to be asked about, once what they are of was handed in: one row a thing, gone when it is answered.
CREATE TABLE text_checks (
    kind TEXT NOT NULL CHECK (kind IN ('event', 'base', 'route', 'series')),
    object_id BIGINT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    person_id BIGINT NOT NULL REFERENCES persons (id),
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    next_at TIMESTAMP NOT NULL,
    PRIMARY KEY (kind, object_id)
);
CREATE INDEX text_checks_by_time ON text_checks (next_at);
CREATE INDEX text_checks_by_person ON text_checks (person_id);
