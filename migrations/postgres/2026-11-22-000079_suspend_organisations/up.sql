-- Since when an authority keeps what an organisation published from everybody.
ALTER TABLE organisations ADD COLUMN suspended_at TIMESTAMP;
