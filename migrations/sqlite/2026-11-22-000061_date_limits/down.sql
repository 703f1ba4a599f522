ALTER TABLE limits_used DROP COLUMN until;
