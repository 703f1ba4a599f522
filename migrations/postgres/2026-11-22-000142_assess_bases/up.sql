-- Yearly assessment of bases: an authority opens a year for those of a level in its division, each of which has a form to fill.
CREATE TABLE assessment_rounds (
    id BIGINT NOT NULL PRIMARY KEY,
    division BIGINT NOT NULL,
    year INTEGER NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('national', 'provincial', 'municipal', 'district')),
    due TIMESTAMP NOT NULL,
    created_at TIMESTAMP NOT NULL,
    UNIQUE (division, year, level)
);
CREATE TABLE assessments (
    id BIGINT NOT NULL PRIMARY KEY,
    round_id BIGINT NOT NULL REFERENCES assessment_rounds (id),
    base_id BIGINT NOT NULL REFERENCES bases (id),
    organisation_id BIGINT NOT NULL REFERENCES organisations (id),
    state TEXT NOT NULL CHECK (state IN ('due', 'draft', 'submitted', 'rejected', 'assessed')),
    version BIGINT NOT NULL CHECK (version > 0),
    answers TEXT NOT NULL,
    -- What our own records said when it was handed in.
    figures TEXT,
    outcome TEXT CHECK (outcome IN ('excellent', 'qualified', 'unqualified')),
    reason TEXT,
    fields TEXT NOT NULL,
    author_id BIGINT,
    submitted_at TIMESTAMP,
    decided_at TIMESTAMP,
    updated_at TIMESTAMP NOT NULL,
    UNIQUE (round_id, base_id),
    CONSTRAINT assessments_outcome CHECK ((outcome IS NULL) = (state <> 'assessed'))
);
CREATE INDEX assessments_by_organisation ON assessments (organisation_id, id);
