-- Whether anybody but its organisation ever saw a thing: what was never approved and is put away was not.
ALTER TABLE events ADD COLUMN ever_public BOOLEAN NOT NULL DEFAULT TRUE;
UPDATE events SET ever_public = FALSE WHERE publication = 'draft';
ALTER TABLE bases ADD COLUMN ever_public BOOLEAN NOT NULL DEFAULT TRUE;
UPDATE bases SET ever_public = FALSE WHERE publication = 'draft';
ALTER TABLE routes ADD COLUMN ever_public BOOLEAN NOT NULL DEFAULT TRUE;
UPDATE routes SET ever_public = FALSE WHERE publication = 'draft';
ALTER TABLE series ADD COLUMN ever_public BOOLEAN NOT NULL DEFAULT TRUE;
UPDATE series SET ever_public = FALSE WHERE publication = 'draft';
ALTER TABLE resources ADD COLUMN ever_public BOOLEAN NOT NULL DEFAULT TRUE;
UPDATE resources SET ever_public = FALSE WHERE publication = 'draft';
