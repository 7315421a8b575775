-- Acts that were answered within the last day, so that one that is sent again gets the same answer and is not done twice.
-- Written in the transaction of the act itself.
CREATE TABLE idempotency_key (
    caller      text NOT NULL,                    -- the operator or API key
    key         text NOT NULL,                    -- what they sent as Idempotency-Key
    fingerprint bytea NOT NULL,                   -- SHA-256 of method, address and body
    answer      bytea NOT NULL,                   -- status, headers and body; sealed, since it may hold a new secret
    made_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_key_made_at ON idempotency_key (made_at);
