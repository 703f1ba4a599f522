-- Requests that make many things: their ids, as a list in JSON. Requests of partners' systems are remembered as well.
ALTER TABLE idempotency_keys ADD COLUMN objects TEXT;
CREATE TABLE system_repeats (
    api_key_id BIGINT NOT NULL REFERENCES api_keys (id) ON DELETE CASCADE,
    operation TEXT NOT NULL,
    given TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    object_id BIGINT NOT NULL,
    objects TEXT,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (api_key_id, operation, given)
);
CREATE INDEX system_repeats_by_age ON system_repeats (created_at);
