DROP TABLE webhook_position;
DROP TABLE webhook_seen;
DROP TABLE webhook_deliveries;
DROP TABLE webhooks;
