DROP TABLE review_items;
DROP TABLE drafts;
DROP INDEX routes_by_organisation;
ALTER TABLE routes DROP COLUMN organisation_id;
ALTER TABLE events DROP COLUMN publication;
ALTER TABLE routes DROP COLUMN publication;
ALTER TABLE series DROP COLUMN publication;
ALTER TABLE bases DROP COLUMN publication;
