-- The catalogue. Each noun's table holds identity, version, the columns that the store joins, scopes or
-- constrains by, and the rest of the noun as one JSON text (`body`), which only this program reads.
-- Instants are UTC without a zone. Ids are positive 63-bit numbers made by the program.
CREATE TABLE divisions (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL CHECK (version > 0),
    updated_at TIMESTAMP NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE terms (
    id BIGINT NOT NULL PRIMARY KEY,
    scheme TEXT NOT NULL,
    code TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    updated_at TIMESTAMP NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (scheme, code)
);
CREATE TABLE calendar_years (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL CHECK (version > 0),
    updated_at TIMESTAMP NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE organisations (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL CHECK (version > 0),
    updated_at TIMESTAMP NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE bases (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation_id BIGINT NOT NULL REFERENCES organisations (id),
    adcode BIGINT NOT NULL REFERENCES divisions (id),
    version BIGINT NOT NULL CHECK (version > 0),
    updated_at TIMESTAMP NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE series (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation_id BIGINT NOT NULL REFERENCES organisations (id),
    version BIGINT NOT NULL CHECK (version > 0),
    updated_at TIMESTAMP NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE campaigns (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL CHECK (version > 0),
    updated_at TIMESTAMP NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE routes (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL CHECK (version > 0),
    updated_at TIMESTAMP NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE events (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation_id BIGINT NOT NULL REFERENCES organisations (id),
    base_id BIGINT REFERENCES bases (id),
    series_id BIGINT REFERENCES series (id),
    sample BOOLEAN NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    updated_at TIMESTAMP NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX bases_by_organisation ON bases (organisation_id);
CREATE INDEX series_by_organisation ON series (organisation_id);
CREATE INDEX events_by_organisation ON events (organisation_id);
CREATE INDEX events_by_base ON events (base_id);
CREATE INDEX events_by_series ON events (series_id);
CREATE TABLE sessions (
    id BIGINT NOT NULL PRIMARY KEY,
    event_id BIGINT NOT NULL REFERENCES events (id),
    start_at TIMESTAMP NOT NULL,
    end_at TIMESTAMP NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('scheduled', 'changed', 'cancelled')),
    capacity INTEGER CHECK (capacity >= 0),
    taken INTEGER NOT NULL DEFAULT 0 CHECK (taken >= 0),
    waiting INTEGER NOT NULL DEFAULT 0 CHECK (waiting >= 0),
    body TEXT NOT NULL,
    CONSTRAINT sessions_end_after_start CHECK (end_at > start_at),
    -- The last wall against overselling, whatever the code above does.
    CONSTRAINT sessions_never_oversold CHECK (capacity IS NULL OR taken <= capacity)
);
CREATE INDEX sessions_by_event ON sessions (event_id, start_at);
-- What changed, in which transaction; never what it changed to. `tx` orders transactions well enough for the
-- feed: PostgreSQL's transaction id, or on SQLite, with its one writer, the first change's own id.
CREATE TABLE changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tx BIGINT NOT NULL,
    kind TEXT NOT NULL,
    object_id BIGINT NOT NULL,
    at TIMESTAMP NOT NULL
);
CREATE INDEX changes_by_tx ON changes (tx);
CREATE INDEX changes_by_at ON changes (at);
