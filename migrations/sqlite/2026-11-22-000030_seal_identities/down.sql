UPDATE persons SET display_name = NULL;
ALTER TABLE persons DROP COLUMN seen_at;
ALTER TABLE persons DROP COLUMN phone;
DROP TABLE wechat_unionids;
DROP TABLE wechat_openids;
CREATE TABLE wechat_openids (
    app_id TEXT NOT NULL,
    openid TEXT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES persons (id),
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (app_id, openid)
);
CREATE INDEX wechat_openids_by_person ON wechat_openids (person_id);
CREATE TABLE wechat_unionids (
    unionid TEXT NOT NULL PRIMARY KEY,
    person_id BIGINT NOT NULL REFERENCES persons (id),
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX wechat_unionids_by_person ON wechat_unionids (person_id);
