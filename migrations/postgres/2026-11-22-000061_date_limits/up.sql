-- When the last session ends for which something was used: pseudonyms are kept no longer than what they stand for. Of what
-- was used before nobody knows; it goes with the year.
ALTER TABLE limits_used ADD COLUMN until TIMESTAMP NOT NULL DEFAULT '2026-12-31 00:00:00';
