DELETE FROM review_items WHERE kind = 'campaign';
ALTER TABLE review_items DROP CONSTRAINT review_items_kind_check;
ALTER TABLE review_items ADD CONSTRAINT review_items_kind_check CHECK (kind IN ('event', 'base', 'route', 'series', 'organisation', 'report', 'accreditation', 'assessment', 'resource'));
DROP TABLE participations;
