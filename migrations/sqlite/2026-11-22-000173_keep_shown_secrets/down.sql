ALTER TABLE api_keys DROP COLUMN secret;
ALTER TABLE invitations DROP COLUMN code;
