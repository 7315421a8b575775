-- What workers tell each other about Moodle sites, so that together they ask no more than a site bears. See docs/adr/0014.

-- No row where nothing was learnt yet: then as many calls are in flight as the setting allows.
CREATE TABLE site (
    district_id text NOT NULL,
    target_id   text NOT NULL,
    in_flight   int NOT NULL,                     -- calls at the same time, at the most
    good        int NOT NULL,                     -- answers without trouble since the number last changed
    changes     int NOT NULL,                     -- how often it changed: what began before the last time is no news
    paces       jsonb NOT NULL,                   -- by function: mean seconds a record, and the least mean so far
    quiet_until timestamptz NOT NULL,             -- nobody calls before: the site said so (Retry-After)
    PRIMARY KEY (district_id, target_id)
);

CREATE TABLE breaker (
    district_id text NOT NULL,
    subject     text NOT NULL,                    -- a target, and a digest of its address and sealed token
    failures    int NOT NULL,                     -- runs in a row that got no answer of use
    reason      text NOT NULL,                    -- of the last one, in words
    opened_at   timestamptz,                      -- since when the site is left alone; null: it is not
    pause       int NOT NULL,                     -- seconds from the last failure to the next trial
    retry_at    timestamptz,                      -- from when on one run may try
    PRIMARY KEY (district_id, subject)
);
