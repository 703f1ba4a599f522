DROP INDEX sessions_called_off;
ALTER TABLE sessions DROP COLUMN version;
