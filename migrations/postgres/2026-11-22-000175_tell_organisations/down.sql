DROP INDEX review_items_decided_last;
DROP TABLE member_labels;
ALTER TABLE invitations DROP COLUMN label;
DELETE FROM notices WHERE purpose = 'decided';
ALTER TABLE notices DROP CONSTRAINT notices_event;
ALTER TABLE notices DROP CONSTRAINT notices_purpose_check;
ALTER TABLE notices ADD CONSTRAINT notices_purpose_check CHECK (purpose IN ('confirmed', 'waitlisted', 'promoted', 'offered', 'lapsed', 'changed', 'cancelled', 'rejected', 'dayBefore', 'hourBefore', 'subscription'));
ALTER TABLE notices ALTER COLUMN event_id SET NOT NULL;
