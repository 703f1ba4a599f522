-- What authorities put first on the first screen: one list for a division, whose adcode is its id.
CREATE TABLE featured_lists (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL CHECK (version > 0),
    updated_at TIMESTAMP NOT NULL,
    body TEXT NOT NULL
);
