-- The newest complete package in each folder that a source is read from, as digests: names may say whose it is.
CREATE TABLE watched_package (
    district_id text NOT NULL,
    source_id   text NOT NULL,
    place       bytea NOT NULL,                   -- of the source's settings: another folder begins anew
    kept        bytea NOT NULL,                   -- the last that was told of, or the first ever seen
    seen        bytea NOT NULL,                   -- in the last look
    PRIMARY KEY (district_id, source_id)
);
