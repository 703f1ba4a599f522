ALTER TABLE organisations DROP COLUMN suspended_at;
