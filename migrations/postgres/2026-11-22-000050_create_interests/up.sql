-- What persons want to find again: of each thing once. Things are named and not referred to: what is gone is said to be
-- gone.
CREATE TABLE favourites (
    id BIGSERIAL PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES persons (id),
    kind TEXT NOT NULL CHECK (kind IN ('event', 'base', 'route', 'series')),
    object_id BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    UNIQUE (person_id, kind, object_id)
);
CREATE INDEX favourites_by_person ON favourites (person_id, id);
-- What persons want to be told of. `wish` is the question and its name, sealed: it says where somebody lives and how old
-- their children are.
CREATE TABLE subscriptions (
    id BIGINT NOT NULL PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES persons (id),
    wish TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX subscriptions_by_person ON subscriptions (person_id, id);
-- When those who had asked for such an event were told of it, in the same transaction: whoever sets it tells them, so they
-- are told once. What is there already is no news.
ALTER TABLE events ADD COLUMN announced_at TIMESTAMP;
UPDATE events SET announced_at = updated_at;
CREATE INDEX events_to_announce ON events (id) WHERE announced_at IS NULL;
