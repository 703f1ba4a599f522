-- What is sealed cannot be opened here: those tickets are gone.
UPDATE signups SET ticket_code = NULL WHERE ticket_hash IS NOT NULL;
DROP INDEX signups_by_clear_ticket;
DROP INDEX signups_by_ticket_hash;
ALTER TABLE signups DROP COLUMN ticket_hash;
CREATE UNIQUE INDEX signups_by_ticket ON signups (ticket_code);
