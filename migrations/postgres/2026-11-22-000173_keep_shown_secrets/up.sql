-- What was shown once, sealed, for a day: whoever sends the same request again, with the same Idempotency-Key, has it again.
ALTER TABLE invitations ADD COLUMN code TEXT;
ALTER TABLE api_keys ADD COLUMN secret TEXT;
