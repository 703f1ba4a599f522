DROP INDEX events_to_announce;
ALTER TABLE events DROP COLUMN announced_at;
DROP TABLE subscriptions;
DROP TABLE favourites;
