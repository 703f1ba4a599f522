-- Members of an organisation are told what authorities decide: such a notice is about no event, and its `details` say what
-- was decided of what.
ALTER TABLE notices ALTER COLUMN event_id DROP NOT NULL;
ALTER TABLE notices DROP CONSTRAINT notices_purpose_check;
ALTER TABLE notices ADD CONSTRAINT notices_purpose_check CHECK (purpose IN ('confirmed', 'waitlisted', 'promoted', 'offered', 'lapsed', 'changed', 'cancelled', 'rejected', 'dayBefore', 'hourBefore', 'subscription', 'decided'));
ALTER TABLE notices ADD CONSTRAINT notices_event CHECK ((event_id IS NULL) = (purpose = 'decided'));
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
