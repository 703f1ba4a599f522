ALTER TABLE audit_personal DROP COLUMN mark;
ALTER TABLE audit_entries DROP COLUMN refused_at;
ALTER TABLE audit_entries DROP COLUMN mark;
