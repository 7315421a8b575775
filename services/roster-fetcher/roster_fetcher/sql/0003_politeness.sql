-- What workers tell each other so that together they are polite to sources.

-- No row where a source has no limit that we know of.
CREATE TABLE pace (
    credential bytea PRIMARY KEY,                 -- digest of a server's address and of whose requests it counts
    full_at    timestamptz NOT NULL,              -- when the bucket of the known limit is full again
    remaining  int,                               -- requests that the server still takes, by its word and our count
    resets_at  timestamptz                        -- until when that holds
);

CREATE TABLE breaker (
    district_id text NOT NULL,
    source_id   text NOT NULL,
    failures    int NOT NULL,                     -- runs in a row that got no answer of use
    reason      text NOT NULL,                    -- of the last one, in words
    opened_at   timestamptz,                      -- since when the source is left alone; null: it is not
    pause       int NOT NULL,                     -- seconds from the last failure to the next trial
    retry_at    timestamptz,                      -- from when on one run may try
    PRIMARY KEY (district_id, source_id)
);
