-- What shows that the service noted an entry, and what it tells of a person: a mark that takes a key to write. An entry that
-- waits without one is not chained; `refused_at` says since when it is passed over.
ALTER TABLE audit_entries ADD COLUMN mark TEXT;
ALTER TABLE audit_entries ADD COLUMN refused_at TIMESTAMP;
ALTER TABLE audit_personal ADD COLUMN mark TEXT;
