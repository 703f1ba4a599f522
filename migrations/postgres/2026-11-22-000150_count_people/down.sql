DROP INDEX sessions_by_start;
ALTER TABLE signups DROP COLUMN people;
