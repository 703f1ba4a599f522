DROP TABLE idempotency_keys;
DROP TABLE limits_used;
DROP TABLE signup_members;
DROP TABLE signups;
DROP INDEX sessions_by_seats_number;
ALTER TABLE sessions DROP COLUMN reminded;
ALTER TABLE sessions DROP COLUMN seats_number;
ALTER TABLE sessions DROP COLUMN queue_next;
