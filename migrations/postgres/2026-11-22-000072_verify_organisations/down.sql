DROP TABLE organisation_applications;
ALTER TABLE organisations DROP COLUMN trusted_at;
ALTER TABLE organisations DROP COLUMN suspended_reason;
DROP INDEX organisations_by_credit_code;
ALTER TABLE organisations DROP COLUMN credit_code;
ALTER TABLE organisations DROP COLUMN verified;
DROP INDEX organisations_by_division;
ALTER TABLE organisations DROP COLUMN division;
