-- When an authority last took something of an organisation's down: for a while it publishes nothing at once.
ALTER TABLE organisations ADD COLUMN taken_down_at TIMESTAMP;
