-- Whom a person brings along. `body` is sealed; `who` is a pseudonym of name and birth date, the same whoever enters them.
CREATE TABLE companions (
    id BIGINT NOT NULL PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES persons (id),
    version BIGINT NOT NULL CHECK (version > 0),
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    who TEXT,
    body TEXT NOT NULL
);
CREATE INDEX companions_by_person ON companions (person_id);
-- Who consented to which text, and when. `subject` is a pseudonym of the person, so that the record outlives them without
-- naming anybody; `companion_id` says for whom a guardian spoke.
CREATE TABLE consents (
    id BIGINT NOT NULL PRIMARY KEY,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('privacy', 'signup', 'guardian', 'sensitive')),
    policy_version TEXT NOT NULL,
    companion_id BIGINT,
    given_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP
);
CREATE INDEX consents_by_subject ON consents (subject);
CREATE INDEX consents_by_companion ON consents (companion_id) WHERE companion_id IS NOT NULL;
CREATE INDEX consents_by_end ON consents (ended_at) WHERE ended_at IS NOT NULL;
-- Each look of somebody at what is known of others. `fields` are names of fields, never what stands in them.
CREATE TABLE data_looks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TIMESTAMP NOT NULL,
    actor_id BIGINT NOT NULL,
    subject_id BIGINT,
    session_id BIGINT,
    purpose TEXT NOT NULL,
    fields TEXT NOT NULL
);
CREATE INDEX data_looks_by_subject ON data_looks (subject_id) WHERE subject_id IS NOT NULL;
