-- Every replica asks which logins ended lately.
CREATE INDEX logins_by_end ON logins (ended_at) WHERE ended_at IS NOT NULL;
