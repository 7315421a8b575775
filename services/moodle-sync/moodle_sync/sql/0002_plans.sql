-- Plans that people look at, hold back, approve and undo. See docs/adr/0011 and 0012.

ALTER TABLE link DROP CONSTRAINT link_entity_check;
ALTER TABLE link ADD CHECK (entity IN ('category', 'course', 'user', 'group', 'cohort'));
ALTER TABLE link ADD drifted boolean NOT NULL DEFAULT false;  -- somebody changed it in Moodle since it was last sent
CREATE INDEX link_moodle_id ON link (district_id, target_id, entity, moodle_id);
CREATE INDEX link_school ON link (district_id, school_id, entity);

-- Somebody's place in a group or cohort, a role in a category, or at a child's account. Gone from Moodle: gone from here.
CREATE TABLE membership_link (
    district_id   text NOT NULL,
    target_id     text NOT NULL,
    source_id     text NOT NULL,
    entity        text NOT NULL CHECK (entity IN ('group_member', 'cohort_member', 'administrator', 'guardian')),
    container_key text NOT NULL,                  -- of the group, cohort, category or child
    user_key      text NOT NULL,
    school_id     uuid NOT NULL,                  -- the school whose run last wrote it
    role_id       int NOT NULL DEFAULT 0,         -- of administrators and guardians
    PRIMARY KEY (district_id, target_id, source_id, entity, container_key, user_key)
);
CREATE INDEX membership_link_school ON membership_link (district_id, school_id);

ALTER TABLE plan
    ADD kind      text NOT NULL DEFAULT 'roster' CHECK (kind IN ('roster', 'undo', 'rebuild')),
    ADD dry_run   boolean NOT NULL DEFAULT false,
    ADD scope     jsonb NOT NULL DEFAULT '{}',    -- what of the school it was narrowed to
    ADD messages  int NOT NULL DEFAULT 0,         -- welcome messages that Moodle may send because of it
    ADD planned_at timestamptz,                   -- null: what Moodle holds is still being read
    ADD outcome   text;                           -- how it ended, as it was told

ALTER TABLE operation DROP CONSTRAINT operation_state_check;
ALTER TABLE operation ADD CHECK
    (state IN ('planned', 'sent', 'done', 'failed', 'skipped', 'held', 'rejected', 'cancelled'));
ALTER TABLE operation
    ADD moodle_id bigint,                         -- the object in Moodle, as far as it is known
    ADD match     text NOT NULL DEFAULT '',       -- how it was found there: link, idnumber, username, email
    ADD ruling    text NOT NULL DEFAULT '' CHECK (ruling IN ('', 'approve', 'reject', 'suspend')),
    ADD graded    boolean,                        -- whether there is graded work; null: nobody looked
    ADD settled_at timestamptz;
CREATE INDEX operation_record ON operation (district_id, entity, source_key);
CREATE INDEX operation_person ON operation (district_id, user_key) WHERE user_key IS NOT NULL;
CREATE INDEX operation_held ON operation (district_id, run_id, seq) WHERE state = 'held';

-- Operations that exceed the limits and wait for a person. `operation.code` says which limit each exceeds.
CREATE TABLE hold (
    district_id text NOT NULL,
    id          uuid NOT NULL,
    run_id      uuid NOT NULL UNIQUE,
    school_id   uuid NOT NULL,
    plan_hash   text NOT NULL,                    -- of the held operations
    guards      jsonb NOT NULL,                   -- [{code, entity, subject, count, of, limit}]
    operations  jsonb NOT NULL,                   -- {entity: {kind: number}}
    state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'decided', 'superseded')),
    opened_at   timestamptz NOT NULL DEFAULT now(),
    closed_at   timestamptz,
    decision    text CHECK (decision IN ('approve', 'reject', 'suspend')),
    decided_by  text,                             -- id of an operator or API key
    reason      text,
    PRIMARY KEY (district_id, id)
);
CREATE UNIQUE INDEX hold_one_a_school ON hold (district_id, school_id) WHERE state = 'open';

-- What people decided about operations. Whatever plans the very same one later honours it; done, it is forgotten.
CREATE TABLE ruling (
    district_id text NOT NULL,
    school_id   uuid NOT NULL,
    entity      text NOT NULL,
    kind        text NOT NULL,
    source_key  text NOT NULL,
    user_key    text NOT NULL DEFAULT '',
    fingerprint bytea NOT NULL,                   -- of what it changes, from what to what
    ruling      text NOT NULL CHECK (ruling IN ('approve', 'reject', 'suspend')),
    hold_id     uuid NOT NULL,
    PRIMARY KEY (district_id, school_id, entity, kind, source_key, user_key)
);

-- What an operation changes: the same operation planned again has the same.
CREATE FUNCTION fingerprint(o operation) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN decode(md5(concat_ws(' ', o.entity, o.kind, o.source_key, o.user_key, o.before::text, o.after::text)), 'hex');

-- Runs that somebody wants stopped.
CREATE TABLE cancellation (
    district_id text NOT NULL,
    run_id      uuid NOT NULL,
    PRIMARY KEY (district_id, run_id)
);

CREATE SCHEMA IF NOT EXISTS plan;

CREATE VIEW plan.run AS
    SELECT district_id, run_id, school_id, target_id, source_id, snapshot, kind, mode, dry_run, scope, messages,
           started_at, planned_at, ended_at, outcome, calls, bytes_up, bytes_down
    FROM plan;

CREATE VIEW plan.operation AS
    SELECT district_id, run_id, seq, phase, entity, kind, source_key, user_key, before, after, state, code, answer,
           warning, moodle_id, match, ruling, graded, settled_at
    FROM operation;

CREATE VIEW plan.hold AS
    SELECT district_id, id, run_id, school_id, plan_hash, guards, operations, state, opened_at, closed_at, decision,
           decided_by, reason
    FROM hold;

CREATE VIEW plan.link AS
    SELECT district_id, target_id, source_id, entity, source_key, school_id, moodle_id, applied, active, linked_at
    FROM link;

CREATE VIEW plan.enrolment_link AS
    SELECT district_id, target_id, source_id, school_id, class_key AS course_key, user_key, record_key, role_id,
           time_start, time_end, active
    FROM enrolment_link;

CREATE VIEW plan.membership_link AS
    SELECT district_id, target_id, source_id, entity, container_key, user_key, school_id, role_id FROM membership_link;

GRANT USAGE ON SCHEMA plan TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA plan TO PUBLIC;
