-- What we know of Moodle, and what we mean to do there. See docs/adr/0005.

-- A source record and the Moodle object that is it. `applied` is what was last sent, by Moodle's field names.
CREATE TABLE link (
    district_id text NOT NULL,
    target_id   text NOT NULL,
    source_id   text NOT NULL,
    entity      text NOT NULL CHECK (entity IN ('category', 'course', 'user')),
    source_key  text NOT NULL,
    school_id   uuid NOT NULL,                    -- the school whose run last wrote it; a person may have several
    moodle_id   bigint NOT NULL,
    source_hash bytea NOT NULL,                   -- of the record that `applied` was made from
    mapping     int NOT NULL,                     -- version of the mapping that made it
    applied     jsonb NOT NULL,
    active      boolean NOT NULL DEFAULT true,    -- false: account suspended, course hidden
    linked_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (district_id, target_id, source_id, entity, source_key)
);

CREATE INDEX link_username ON link (district_id, target_id, lower(applied->>'username')) WHERE entity = 'user';
CREATE INDEX link_email ON link (district_id, target_id, lower(applied->>'email')) WHERE entity = 'user';

-- A person's place in a course as last sent. One for each class and person, whatever number of rows the source has.
CREATE TABLE enrolment_link (
    district_id text NOT NULL,
    target_id   text NOT NULL,
    source_id   text NOT NULL,
    school_id   uuid NOT NULL,
    class_key   text NOT NULL,
    user_key    text NOT NULL,
    record_key  text NOT NULL,                    -- the enrolment's own key in the source
    role_id     int NOT NULL,
    time_start  bigint NOT NULL,                  -- Unix seconds, 0 for none
    time_end    bigint NOT NULL,
    active      boolean NOT NULL,                 -- false: suspended
    PRIMARY KEY (district_id, target_id, source_id, class_key, user_key)
);
CREATE INDEX enrolment_link_school ON enrolment_link (district_id, school_id);

-- One row for each run that came to be planned.
CREATE TABLE plan (
    district_id text NOT NULL,
    run_id      uuid NOT NULL,
    school_id   uuid NOT NULL,
    target_id   text NOT NULL,
    source_id   text NOT NULL,
    snapshot    int NOT NULL,
    mode        text NOT NULL,
    started_at  timestamptz NOT NULL DEFAULT now(),
    ended_at    timestamptz,                      -- its end was told: nothing more is done for this run
    calls       bigint NOT NULL DEFAULT 0,
    bytes_up    bigint NOT NULL DEFAULT 0,
    bytes_down  bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (district_id, run_id)
);

-- The plan itself: each thing to do, and what became of it. Phases are done in order, one after the other.
CREATE TABLE operation (
    district_id text NOT NULL,
    run_id      uuid NOT NULL,
    seq         bigint GENERATED ALWAYS AS IDENTITY,
    phase       smallint NOT NULL,
    entity      text NOT NULL,                    -- category, course, user, enrolment
    kind        text NOT NULL,                    -- create, update, reactivate, suspend, hide
    source_key  text NOT NULL,                    -- of an enrolment: its class
    user_key    text,                             -- of an enrolment: its person
    source_hash bytea,
    before      jsonb,
    after       jsonb NOT NULL,
    state       text NOT NULL DEFAULT 'planned'
                CHECK (state IN ('planned', 'sent', 'done', 'failed', 'skipped')),
    code        text NOT NULL DEFAULT '',         -- of the error catalogue
    answer      text NOT NULL DEFAULT '',         -- Moodle's own words
    warning     text NOT NULL DEFAULT '',         -- code of what was changed to make it possible
    PRIMARY KEY (district_id, run_id, seq)
);
CREATE INDEX operation_open ON operation (district_id, run_id, phase, seq) WHERE state IN ('planned', 'sent');
