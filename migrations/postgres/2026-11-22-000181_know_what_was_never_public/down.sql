ALTER TABLE events DROP COLUMN ever_public;
ALTER TABLE bases DROP COLUMN ever_public;
ALTER TABLE routes DROP COLUMN ever_public;
ALTER TABLE series DROP COLUMN ever_public;
ALTER TABLE resources DROP COLUMN ever_public;
