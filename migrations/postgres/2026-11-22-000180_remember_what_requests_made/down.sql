DROP TABLE system_repeats;
ALTER TABLE idempotency_keys DROP COLUMN objects;
