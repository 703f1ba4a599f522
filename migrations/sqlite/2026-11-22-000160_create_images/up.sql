-- Pictures that organisations uploaded, and the sizes they were drawn in. `digest` is of the uploaded file: the same one is
-- not kept twice. Of one that was removed the row stays, without its sizes.
CREATE TABLE images (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation_id BIGINT NOT NULL REFERENCES organisations (id),
    alt TEXT NOT NULL,
    media_type TEXT NOT NULL CHECK (media_type IN ('image/jpeg', 'image/png')),
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    digest TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    removed_at TIMESTAMP
);
CREATE INDEX images_by_organisation ON images (organisation_id, id) WHERE removed_at IS NULL;
CREATE TABLE image_sizes (
    image_id BIGINT NOT NULL REFERENCES images (id),
    width INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (image_id, width)
);
