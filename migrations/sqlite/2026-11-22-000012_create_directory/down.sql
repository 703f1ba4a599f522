DROP TABLE bulletins;
DROP TABLE policies;
DROP TABLE resources;
