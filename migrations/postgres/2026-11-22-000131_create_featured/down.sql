DROP TABLE featured_lists;
