DROP INDEX review_items_decided_last;
DROP TABLE member_labels;
ALTER TABLE invitations DROP COLUMN label;
CREATE TABLE old_notices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id BIGINT NOT NULL REFERENCES persons (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('confirmed', 'waitlisted', 'promoted', 'offered', 'lapsed', 'changed', 'cancelled', 'rejected', 'dayBefore', 'hourBefore', 'subscription')),
    event_id BIGINT NOT NULL,
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
    CONSTRAINT notices_reason CHECK ((reason IS NOT NULL) = (state IN ('failed', 'unsent')))
);
INSERT INTO old_notices (id, person_id, purpose, event_id, session_id, signup_id, details, due_at, state, reason, next_at, attempts, sending_until, app_id, template_id, message_id, settled_at, read_at, created_at) SELECT id, person_id, purpose, event_id, session_id, signup_id, details, due_at, state, reason, next_at, attempts, sending_until, app_id, template_id, message_id, settled_at, read_at, created_at FROM notices WHERE purpose <> 'decided';
DROP TABLE notices;
ALTER TABLE old_notices RENAME TO notices;
CREATE INDEX notices_by_person ON notices (person_id, due_at, id);
CREATE INDEX notices_to_send ON notices (next_at) WHERE state = 'waiting';
CREATE INDEX notices_being_sent ON notices (sending_until) WHERE state = 'sending';
CREATE INDEX notices_reminders ON notices (signup_id) WHERE state = 'waiting' AND purpose IN ('dayBefore', 'hourBefore');
CREATE INDEX notices_by_age ON notices (due_at);
