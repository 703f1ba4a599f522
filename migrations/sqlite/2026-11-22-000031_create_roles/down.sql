DROP TABLE passwords;
DROP TABLE authorities;
DROP TABLE memberships;
