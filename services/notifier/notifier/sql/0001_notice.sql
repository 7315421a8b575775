-- One row for each run and recipient: a notice is sent once.
CREATE TABLE notice (
    district_id  text NOT NULL,
    run_id       uuid NOT NULL,
    channel      text NOT NULL,
    recipient    text NOT NULL,
    recipient_id text NOT NULL,                   -- stands for the recipient in events and logs
    claimed_by   uuid NOT NULL,                   -- the event whose handling sends it
    state        text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'sent', 'failed')),
    detail       text NOT NULL DEFAULT '',
    created_at   timestamptz NOT NULL DEFAULT now(),
    ended_at     timestamptz,
    PRIMARY KEY (district_id, run_id, channel, recipient)
);
