-- That something published is wrong, as anybody may say; an item of the review queue stands for each. `words` are sealed:
-- people write of themselves.
CREATE TABLE reports (
    id BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('event', 'base', 'route', 'series')),
    object_id BIGINT NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('wrongPlace', 'wrongTime', 'wrongContact', 'notTakingPlace', 'inaccurate', 'offensive', 'unsafe', 'other')),
    words TEXT,
    person_id BIGINT REFERENCES persons (id),
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX reports_by_person ON reports (person_id, kind, object_id) WHERE person_id IS NOT NULL;
