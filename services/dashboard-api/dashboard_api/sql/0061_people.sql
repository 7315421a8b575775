-- People counted once, and what of a school is in Moodle: kept numbers, so that pages need not count.

-- People of what is shared in a district. A person is whom one source has under one id.
CREATE TABLE district_people (
    district_id text NOT NULL REFERENCES district ON DELETE CASCADE,
    kind        text NOT NULL,                     -- student, teacher, …; user: whatever their roles
    people      bigint NOT NULL,                   -- each counted once
    at_several  bigint NOT NULL,                   -- those of them that count at more than one school
    PRIMARY KEY (district_id, kind)
);

CREATE TABLE district_people_count (
    district_id text PRIMARY KEY REFERENCES district ON DELETE CASCADE,
    basis       text NOT NULL,                     -- of the schools and snapshots that were counted
    counted_at  timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE school_state
    ADD COLUMN in_moodle    jsonb,                 -- {kind: n} active in Moodle; people also as user
    ADD COLUMN in_moodle_at timestamptz;
