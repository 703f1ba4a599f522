-- Where an organisation wants to be told of what happens to its things. The address may hold a key of the receiver's, so it
-- is sealed as the secrets are; `types` are words separated by commas. `failures` counts those in a row, for which the
-- endpoint rests.
CREATE TABLE webhooks (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation_id BIGINT NOT NULL REFERENCES organisations (id),
    name TEXT,
    url TEXT NOT NULL,
    types TEXT NOT NULL,
    secret TEXT NOT NULL,
    old_secret TEXT,
    old_secret_until TIMESTAMP,
    stopped TEXT CHECK (stopped IN ('byHand', 'failing')),
    failures INTEGER NOT NULL CHECK (failures >= 0),
    failing_since TIMESTAMP,
    rests_until TIMESTAMP,
    version BIGINT NOT NULL CHECK (version > 0),
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT webhooks_old_secret CHECK ((old_secret IS NULL) = (old_secret_until IS NULL))
);
CREATE INDEX webhooks_by_organisation ON webhooks (organisation_id, id);
-- What endpoints are told, and the work of telling it. Ids, words and versions, never names. Those of one object and
-- endpoint go out in order of id.
CREATE TABLE webhook_deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id BIGINT NOT NULL REFERENCES webhooks (id),
    what TEXT NOT NULL,
    kind TEXT NOT NULL,
    object_id BIGINT NOT NULL,
    event_id BIGINT,
    object_version BIGINT NOT NULL,
    happened_at TIMESTAMP NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'delivered', 'parked')),
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    first_at TIMESTAMP,
    next_at TIMESTAMP NOT NULL,
    sending_until TIMESTAMP,
    status INTEGER,
    problem TEXT,
    settled_at TIMESTAMP,
    CONSTRAINT webhook_deliveries_sending CHECK (state <> 'sending' OR sending_until IS NOT NULL),
    CONSTRAINT webhook_deliveries_settled CHECK ((state IN ('delivered', 'parked')) = (settled_at IS NOT NULL))
);
CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook_id, id);
CREATE INDEX webhook_deliveries_to_send ON webhook_deliveries (webhook_id, next_at) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_in_order ON webhook_deliveries (webhook_id, kind, object_id, id) WHERE state IN ('waiting', 'sending');
CREATE INDEX webhook_deliveries_being_sent ON webhook_deliveries (sending_until) WHERE state = 'sending';
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (settled_at) WHERE settled_at IS NOT NULL;
-- What organisations with endpoints were told of last, thing by thing: what differs from it is news. A thing that is not
-- public has no row. `seats` is the number under which a session's seats were moved.
CREATE TABLE webhook_seen (
    organisation_id BIGINT NOT NULL REFERENCES organisations (id),
    kind TEXT NOT NULL,
    object_id BIGINT NOT NULL,
    event_id BIGINT,
    version BIGINT NOT NULL,
    digest BIGINT NOT NULL,
    cancelled BOOLEAN NOT NULL,
    ends_at TIMESTAMP,
    seats BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, kind, object_id)
);
CREATE INDEX webhook_seen_by_object ON webhook_seen (kind, object_id);
CREATE INDEX webhook_seen_by_event ON webhook_seen (event_id) WHERE event_id IS NOT NULL;
-- Up to which transaction of the log of changes all news was told. Its one row is also the turn of who tells.
CREATE TABLE webhook_position (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    low_water BIGINT NOT NULL
);
INSERT INTO webhook_position (id, low_water) VALUES (1, 0);
