-- Who made an invitation or a key: an owner who is one no more does not come back by their own invitation, and the others
-- see which keys they knew. Erasure forgets them.
ALTER TABLE invitations ADD COLUMN made_by BIGINT REFERENCES persons (id);
ALTER TABLE api_keys ADD COLUMN made_by BIGINT REFERENCES persons (id);
