-- Who changed what, and why. An entry is written in the transaction of the change, and within a second chained by one job:
-- it gets the next `number`, and `hash` is over all other columns, that of the entry before among them. Nothing here tells
-- of persons: of what `audit_personal` holds the chain has salted `digests`.
CREATE TABLE audit_entries (
    id BIGSERIAL PRIMARY KEY,
    at TIMESTAMP NOT NULL,
    actor TEXT NOT NULL CHECK (actor IN ('person', 'apiKey', 'operator', 'service')),
    api_key_id BIGINT,
    action TEXT NOT NULL,
    object_kind TEXT,
    object_id BIGINT,
    organisation_id BIGINT,
    division BIGINT,
    reason TEXT,
    before_text TEXT,
    after_text TEXT,
    digests TEXT,
    number BIGINT UNIQUE,
    previous TEXT,
    hash TEXT,
    CONSTRAINT audit_entries_actor CHECK ((api_key_id IS NOT NULL) = (actor = 'apiKey')),
    CONSTRAINT audit_entries_object CHECK ((object_kind IS NULL) = (object_id IS NULL)),
    CONSTRAINT audit_entries_chained CHECK (
        (number IS NULL) = (hash IS NULL) AND (number IS NULL) = (previous IS NULL) AND (number IS NULL) = (digests IS NULL)
    )
);
CREATE INDEX audit_entries_loose ON audit_entries (id) WHERE number IS NULL;
CREATE INDEX audit_entries_by_division ON audit_entries (division, id);
CREATE INDEX audit_entries_by_organisation ON audit_entries (organisation_id, id) WHERE organisation_id IS NOT NULL;
CREATE INDEX audit_entries_by_object ON audit_entries (object_id, id) WHERE object_id IS NOT NULL;
CREATE FUNCTION refuse_to_change_audit() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'entries of the audit are not changed'; END $$;
CREATE TRIGGER audit_entries_stay BEFORE DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_audit();
CREATE TRIGGER audit_entries_stand BEFORE UPDATE ON audit_entries
    FOR EACH ROW WHEN (OLD.number IS NOT NULL) EXECUTE FUNCTION refuse_to_change_audit();
-- What an entry tells of persons: `part` says as what they stand in it. `value` is sealed; `salt` is drawn when the entry is
-- chained. Erasing a person deletes their rows, and what is left in the chain tells nothing.
CREATE TABLE audit_personal (
    id BIGSERIAL PRIMARY KEY,
    entry_id BIGINT NOT NULL REFERENCES audit_entries (id),
    part TEXT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES persons (id),
    salt TEXT,
    value TEXT,
    UNIQUE (entry_id, part)
);
CREATE INDEX audit_personal_by_person ON audit_personal (person_id, entry_id);
-- Where the chain ends, in a second place: who cuts the chain would have to write `seal`, which takes a key.
CREATE TABLE audit_head (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    number BIGINT NOT NULL CHECK (number >= 0),
    hash TEXT NOT NULL,
    seal TEXT NOT NULL
);
INSERT INTO audit_head (id, number, hash, seal) VALUES (1, 0, '', '');
