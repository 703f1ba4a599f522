-- Ticket codes are sealed, and found by a pseudonym. One without a pseudonym stands in clear, from before: it goes on
-- letting in whoever has it, until `kepu reseal` seals it.
ALTER TABLE signups ADD COLUMN ticket_hash TEXT;
CREATE UNIQUE INDEX signups_by_ticket_hash ON signups (ticket_hash);
DROP INDEX signups_by_ticket;
CREATE UNIQUE INDEX signups_by_clear_ticket ON signups (ticket_code) WHERE ticket_hash IS NULL;
