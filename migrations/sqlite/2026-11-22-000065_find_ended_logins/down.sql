DROP INDEX logins_by_end;
