-- The queue of a session gives each party a number under the lock of the session's row: that is what "first come" means.
-- `seats_number` is the number of the transaction that last moved `taken` or `waiting`; the feed looks for newer ones.
ALTER TABLE sessions ADD COLUMN queue_next BIGINT NOT NULL DEFAULT 1;
ALTER TABLE sessions ADD COLUMN seats_number BIGINT NOT NULL DEFAULT 0;
-- How many of the reminders of its start were told: the day before, the hour before.
ALTER TABLE sessions ADD COLUMN reminded INTEGER NOT NULL DEFAULT 0;
CREATE INDEX sessions_by_seats_number ON sessions (seats_number) WHERE seats_number > 0;
-- Sign-ups. `personal` holds names, births, contact and answers, sealed; it goes away when its time is over, and so does
-- `person_id` when the person is erased. A ticket with a greater `ticket_revision` revokes those before. `attended` are the places in the party, from 0, of those who came.
CREATE TABLE signups (
    id BIGINT NOT NULL PRIMARY KEY,
    session_id BIGINT NOT NULL REFERENCES sessions (id),
    event_id BIGINT NOT NULL REFERENCES events (id),
    person_id BIGINT REFERENCES persons (id),
    status TEXT NOT NULL CHECK (status IN ('confirmed', 'waitlisted', 'offered', 'pending', 'cancelled', 'attended', 'noShow', 'rejected')),
    reason TEXT,
    seats INTEGER NOT NULL CHECK (seats > 0),
    headcount INTEGER CHECK (headcount > 0),
    queue_number BIGINT,
    offered_until TIMESTAMP,
    ticket_code TEXT,
    ticket_revision INTEGER NOT NULL DEFAULT 1,
    personal TEXT,
    attended TEXT NOT NULL DEFAULT '[]',
    policy_version TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT signups_queue CHECK (status <> 'waitlisted' OR queue_number IS NOT NULL),
    CONSTRAINT signups_offer CHECK (status <> 'offered' OR offered_until IS NOT NULL)
);
-- One sign-up that stands, per session and person. Many are in a session, few are of a person: the person comes first,
-- so that a planner without statistics cannot choose to read the whole session.
CREATE UNIQUE INDEX signups_once ON signups (person_id, session_id) WHERE status NOT IN ('cancelled', 'rejected');
CREATE INDEX signups_by_person ON signups (person_id, id);
CREATE INDEX signups_by_session ON signups (session_id);
CREATE INDEX signups_in_queue ON signups (session_id, queue_number) WHERE status = 'waitlisted';
CREATE INDEX signups_offered ON signups (offered_until) WHERE status = 'offered';
CREATE UNIQUE INDEX signups_by_ticket ON signups (ticket_code);
-- Who is in a session by whose sign-up: `who` is a keyed hash that does not depend on who entered it.
CREATE TABLE signup_members (
    session_id BIGINT NOT NULL,
    who TEXT NOT NULL,
    signup_id BIGINT NOT NULL REFERENCES signups (id),
    PRIMARY KEY (who, session_id)
);
CREATE INDEX signup_members_by_signup ON signup_members (signup_id);
-- How much of a limit over several sessions each one has used. Counting and then inserting would let two replicas pass.
CREATE TABLE limits_used (
    scope TEXT NOT NULL,
    who TEXT NOT NULL,
    used INTEGER NOT NULL CHECK (used >= 0),
    most INTEGER NOT NULL,
    PRIMARY KEY (scope, who),
    CONSTRAINT limits_used_within CHECK (used <= most)
);
-- Repeats of a request: what it made, or found made before, and a keyed hash of its body.
CREATE TABLE idempotency_keys (
    person_id BIGINT NOT NULL REFERENCES persons (id),
    operation TEXT NOT NULL,
    given TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    object_id BIGINT NOT NULL,
    made BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (person_id, operation, given)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
