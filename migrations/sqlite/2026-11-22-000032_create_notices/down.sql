DROP TABLE wechat_pushes;
DROP TABLE message_credits;
DROP TABLE notices;
