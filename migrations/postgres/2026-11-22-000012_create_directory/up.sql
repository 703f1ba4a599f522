-- The resource directory, the texts that people consent to, and emergency bulletins: catalogued nouns like the others.
CREATE TABLE resources (
    id BIGINT NOT NULL PRIMARY KEY,
    base_id BIGINT REFERENCES bases (id),
    version BIGINT NOT NULL CHECK (version > 0),
    updated_at TIMESTAMP NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX resources_by_base ON resources (base_id);
-- A consent names `kind` and `named`, the version by which people know a text.
CREATE TABLE policies (
    id BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    named TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    updated_at TIMESTAMP NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (kind, named)
);
CREATE TABLE bulletins (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL CHECK (version > 0),
    updated_at TIMESTAMP NOT NULL,
    body TEXT NOT NULL
);
