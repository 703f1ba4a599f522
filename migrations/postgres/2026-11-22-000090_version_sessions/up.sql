-- Sessions are changed by their hosts: a change names the version that it is made to. Seats are no part of it.
ALTER TABLE sessions ADD COLUMN version BIGINT NOT NULL DEFAULT 1 CHECK (version > 0);
-- What was called off and is not settled yet is looked for every few seconds.
CREATE INDEX sessions_called_off ON sessions (end_at) WHERE status = 'cancelled';
