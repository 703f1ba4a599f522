ALTER TABLE api_keys DROP COLUMN made_by;
ALTER TABLE invitations DROP COLUMN made_by;
