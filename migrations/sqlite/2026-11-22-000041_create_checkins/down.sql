DROP TABLE feedback;
DROP TABLE headcounts;
DROP TABLE walk_ins;
DROP TABLE checkins;
