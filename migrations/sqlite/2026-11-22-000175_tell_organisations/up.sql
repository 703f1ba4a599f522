-- Members of an organisation are told what authorities decide: such a notice is about no event, and its `details` say what
-- was decided of what.
CREATE TABLE new_notices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id BIGINT NOT NULL REFERENCES persons (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('confirmed', 'waitlisted', 'promoted', 'offered', 'lapsed', 'changed', 'cancelled', 'rejected', 'dayBefore', 'hourBefore', 'subscription', 'decided')),
    event_id BIGINT,
    session_id BIGINT,
    signup_id BIGINT,
    details TEXT NOT NULL,
    due_at TIMESTAMP NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'unknown', 'unsent')),
    reason TEXT,
    next_at TIMESTAMP NOT NULL,
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    sending_until TIMESTAMP,
    app_id TEXT,
    template_id TEXT,
    message_id TEXT,
    settled_at TIMESTAMP,
    read_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL,
    CONSTRAINT notices_sending CHECK (state <> 'sending' OR (sending_until IS NOT NULL AND app_id IS NOT NULL AND template_id IS NOT NULL)),
    CONSTRAINT notices_reason CHECK ((reason IS NOT NULL) = (state IN ('failed', 'unsent'))),
    CONSTRAINT notices_event CHECK ((event_id IS NULL) = (purpose = 'decided'))
);
INSERT INTO new_notices (id, person_id, purpose, event_id, session_id, signup_id, details, due_at, state, reason, next_at, attempts, sending_until, app_id, template_id, message_id, settled_at, read_at, created_at) SELECT id, person_id, purpose, event_id, session_id, signup_id, details, due_at, state, reason, next_at, attempts, sending_until, app_id, template_id, message_id, settled_at, read_at, created_at FROM notices;
DROP TABLE notices;
ALTER TABLE new_notices RENAME TO notices;
CREATE INDEX notices_by_person ON notices (person_id, due_at, id);
CREATE INDEX notices_to_send ON notices (next_at) WHERE state = 'waiting';
CREATE INDEX notices_being_sent ON notices (sending_until) WHERE state = 'sending';
CREATE INDEX notices_reminders ON notices (signup_id) WHERE state = 'waiting' AND purpose IN ('dayBefore', 'hourBefore');
CREATE INDEX notices_by_age ON notices (due_at);
-- By what name colleagues know a member: given with the invitation, sealed; it goes with the membership. `id` is the
-- invitation's, or was made when a member was first called so.
ALTER TABLE invitations ADD COLUMN label TEXT;
CREATE TABLE member_labels (
    id BIGINT NOT NULL PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES persons (id),
    organisation_id BIGINT NOT NULL REFERENCES organisations (id),
    label TEXT NOT NULL,
    UNIQUE (person_id, organisation_id)
);
-- The history of the queue, what was decided last first.
CREATE INDEX review_items_decided_last ON review_items (state, decided_at, id) WHERE state <> 'open';
