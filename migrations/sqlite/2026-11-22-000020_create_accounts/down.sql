DROP TABLE logins;
DROP TABLE wechat_unionids;
DROP TABLE wechat_openids;
DROP TABLE persons;
