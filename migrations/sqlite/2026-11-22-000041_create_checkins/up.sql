-- What devices at a door said of parties, one row a word, kept once per device and entry however often it is sent.
-- `members` are places in the party, from 0; absent: all of it. `said_at` is the device's time as far as it can be
-- believed: of each person the word said last counts. `staff_id` is who held the device, absent where people check
-- themselves in; it is no reference, since whoever did so may be erased.
CREATE TABLE checkins (
    session_id BIGINT NOT NULL REFERENCES sessions (id),
    device_id TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    signup_id BIGINT NOT NULL REFERENCES signups (id),
    members TEXT,
    undo BOOLEAN NOT NULL,
    said_at TIMESTAMP NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('ok', 'already')),
    reason TEXT,
    staff_id BIGINT,
    heard_at TIMESTAMP NOT NULL,
    PRIMARY KEY (session_id, device_id, entry_id)
);
CREATE INDEX checkins_by_signup ON checkins (signup_id);
-- People who came without a sign-up. `seats` is how much of the capacity they took; those let in beyond it took less.
CREATE TABLE walk_ins (
    session_id BIGINT NOT NULL REFERENCES sessions (id),
    device_id TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    people INTEGER NOT NULL CHECK (people > 0),
    seats INTEGER NOT NULL CHECK (seats >= 0),
    undone BOOLEAN NOT NULL,
    staff_id BIGINT NOT NULL,
    heard_at TIMESTAMP NOT NULL,
    PRIMARY KEY (session_id, device_id, entry_id),
    CONSTRAINT walk_ins_undone CHECK (NOT undone OR seats = 0)
);
-- How many were there, by a count of heads.
CREATE TABLE headcounts (
    session_id BIGINT NOT NULL PRIMARY KEY REFERENCES sessions (id),
    people INTEGER NOT NULL CHECK (people >= 0),
    staff_id BIGINT NOT NULL,
    counted_at TIMESTAMP NOT NULL
);
-- What those who came say of it. `words` is sealed.
CREATE TABLE feedback (
    signup_id BIGINT NOT NULL PRIMARY KEY REFERENCES signups (id),
    session_id BIGINT NOT NULL REFERENCES sessions (id),
    stars INTEGER NOT NULL CHECK (stars BETWEEN 1 AND 5),
    words TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX feedback_by_session ON feedback (session_id);
