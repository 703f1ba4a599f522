-- Levels of bases: applied for, granted for a term, renewed, expired, revoked. What is granted stands among the recognitions
-- of the base too, where everybody reads it; here is the history. Days are kept as the instants at which they begin.
CREATE TABLE accreditations (
    id BIGINT NOT NULL PRIMARY KEY,
    base_id BIGINT NOT NULL REFERENCES bases (id),
    organisation_id BIGINT NOT NULL REFERENCES organisations (id),
    level TEXT NOT NULL CHECK (level IN ('national', 'provincial', 'municipal', 'district')),
    title TEXT NOT NULL,
    division BIGINT NOT NULL,
    renews_id BIGINT REFERENCES accreditations (id),
    body TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'approved', 'rejected', 'withdrawn', 'renewed', 'expired', 'revoked')),
    version BIGINT NOT NULL CHECK (version > 0),
    certificate TEXT,
    since TIMESTAMP,
    until TIMESTAMP,
    reason TEXT,
    fields TEXT NOT NULL,
    author_id BIGINT,
    decided_at TIMESTAMP,
    ended_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT accreditations_term CHECK ((certificate IS NULL) = (since IS NULL) AND (since IS NULL) = (until IS NULL)),
    CONSTRAINT accreditations_granted CHECK (state NOT IN ('approved', 'renewed', 'expired', 'revoked') OR certificate IS NOT NULL)
);
-- One application for a title of a level at a time, and one that holds.
CREATE UNIQUE INDEX accreditations_open_once ON accreditations (base_id, level, title) WHERE state IN ('draft', 'submitted', 'rejected');
CREATE UNIQUE INDEX accreditations_held_once ON accreditations (base_id, level, title) WHERE state = 'approved';
CREATE INDEX accreditations_by_organisation ON accreditations (organisation_id, id);
CREATE INDEX accreditations_by_division ON accreditations (division, id);
CREATE INDEX accreditations_by_end ON accreditations (until) WHERE state = 'approved';
