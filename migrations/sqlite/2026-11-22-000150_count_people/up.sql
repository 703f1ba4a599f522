-- How many people a sign-up is for: the number stays when names go, so that the figures of past years stay what they were.
-- Of those from before it is known for how many seats they were, or for how many heads.
ALTER TABLE signups ADD COLUMN people INTEGER NOT NULL DEFAULT 0 CHECK (people >= 0);
UPDATE signups SET people = max(seats, coalesce(headcount, 0));
-- Statistics are of the sessions that begin within a span of days.
CREATE INDEX sessions_by_start ON sessions (start_at);
