-- Folders that sources are read from, and the newest complete package in each, as a fingerprint.
CREATE TABLE watched_package (
    district_id text NOT NULL,
    source_id   text NOT NULL,
    place       bytea NOT NULL,                   -- digest of the source's settings: another folder begins anew
    kept        text NOT NULL,                    -- the last that was told of, or the first ever seen
    seen        text NOT NULL,                    -- in the last look
    PRIMARY KEY (district_id, source_id)
);
