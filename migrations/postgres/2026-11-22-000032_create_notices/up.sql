-- What persons are told, and the work of sending it: a notice is its own job. `details` holds times and ids, never names;
-- texts are made when it is sent or read. `due_at` orders the list, `next_at` the work; one that is still `sending` after
-- `sending_until` has an unknown outcome.
CREATE TABLE notices (
    id BIGSERIAL PRIMARY KEY,
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
CREATE INDEX notices_by_person ON notices (person_id, due_at, id);
CREATE INDEX notices_to_send ON notices (next_at) WHERE state = 'waiting';
CREATE INDEX notices_being_sent ON notices (sending_until) WHERE state = 'sending';
CREATE INDEX notices_reminders ON notices (signup_id) WHERE state = 'waiting' AND purpose IN ('dayBefore', 'hourBefore');
CREATE INDEX notices_by_age ON notices (due_at);
-- How many messages of a template a person will still take: one for each time that they agreed.
CREATE TABLE message_credits (
    person_id BIGINT NOT NULL REFERENCES persons (id),
    app_id TEXT NOT NULL,
    template_id TEXT NOT NULL,
    credits INTEGER NOT NULL CHECK (credits >= 0),
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (person_id, app_id, template_id)
);
-- What WeChat pushed lately: it repeats a push until it is answered, and each is to count once.
CREATE TABLE wechat_pushes (
    digest TEXT NOT NULL PRIMARY KEY,
    seen_at TIMESTAMP NOT NULL
);
CREATE INDEX wechat_pushes_by_age ON wechat_pushes (seen_at);
