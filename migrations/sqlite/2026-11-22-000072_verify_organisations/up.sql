-- Organisations that apply are not verified until an authority says so, and nobody sees them before. `division` is that of
-- the seat, by which authorities reach them; one credit code is of one verified organisation. What a trusted one submits is
-- published at once.
ALTER TABLE organisations ADD COLUMN division BIGINT;
UPDATE organisations SET division = CAST(json_extract(body, '$.adcode') AS INTEGER);
CREATE INDEX organisations_by_division ON organisations (division, id);
ALTER TABLE organisations ADD COLUMN verified BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE organisations ADD COLUMN credit_code TEXT;
CREATE UNIQUE INDEX organisations_by_credit_code ON organisations (credit_code);
ALTER TABLE organisations ADD COLUMN suspended_reason TEXT;
ALTER TABLE organisations ADD COLUMN trusted_at TIMESTAMP;
-- What an organisation says of itself: its newest application. `contact` is sealed; it goes with the account of whoever
-- named it.
CREATE TABLE organisation_applications (
    organisation_id BIGINT NOT NULL PRIMARY KEY REFERENCES organisations (id),
    version BIGINT NOT NULL CHECK (version > 0),
    state TEXT NOT NULL CHECK (state IN ('submitted', 'verified', 'refused')),
    details TEXT NOT NULL,
    contact TEXT,
    applicant_id BIGINT REFERENCES persons (id),
    submitted_at TIMESTAMP NOT NULL,
    decided_at TIMESTAMP,
    reason TEXT,
    CONSTRAINT organisation_applications_decision CHECK ((decided_at IS NULL) = (state = 'submitted'))
);
CREATE INDEX organisation_applications_by_applicant ON organisation_applications (applicant_id);
