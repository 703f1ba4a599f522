DROP TABLE accreditations;
