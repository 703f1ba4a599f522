-- What is known of persons is sealed, and WeChat's names of them are found by pseudonyms (`*_hash`). What stood here in
-- clear is forgotten: whoever comes by WeChat afterwards is somebody new.
UPDATE persons SET display_name = NULL;
ALTER TABLE persons ADD COLUMN phone TEXT;
-- When they last logged in or refreshed a login.
ALTER TABLE persons ADD COLUMN seen_at TIMESTAMP NOT NULL DEFAULT '2026-11-22 00:00:00';
DROP TABLE wechat_unionids;
DROP TABLE wechat_openids;
CREATE TABLE wechat_openids (
    id BIGINT NOT NULL PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES persons (id),
    app_id TEXT NOT NULL,
    openid_hash TEXT NOT NULL UNIQUE,
    openid TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX wechat_openids_by_person ON wechat_openids (person_id);
CREATE TABLE wechat_unionids (
    id BIGINT NOT NULL PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES persons (id),
    unionid_hash TEXT NOT NULL UNIQUE,
    unionid TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX wechat_unionids_by_person ON wechat_unionids (person_id);
