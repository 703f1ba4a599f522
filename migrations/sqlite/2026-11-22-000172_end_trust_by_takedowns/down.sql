ALTER TABLE organisations DROP COLUMN taken_down_at;
