-- When schools and devices sync by themselves, and what keeps them from it.

ALTER TABLE district
    ADD COLUMN nightly        time,                -- what schools without a time of their own have; null: none
    ADD COLUMN nights         smallint[] NOT NULL DEFAULT '{1,2,3,4,5,6,7}',  -- ISO weekdays, Monday is 1
    ADD COLUMN spread_minutes int NOT NULL DEFAULT 5 CHECK (spread_minutes BETWEEN 0 AND 120);

ALTER TABLE school
    ADD COLUMN nights          smallint[],         -- null: the district's
    ADD COLUMN nightly_mode    text NOT NULL DEFAULT 'on' CHECK (nightly_mode IN ('on', 'additions_only', 'paused')),
    ADD COLUMN mode_until      date,               -- the first local date on which the mode is 'on' again; null: none
    ADD COLUMN mode_reason     text NOT NULL DEFAULT '',
    ADD COLUMN scheduled_since timestamptz NOT NULL DEFAULT now(),  -- no earlier night was missed
    ADD CHECK (nightly_mode <> 'on' OR mode_until IS NULL);

-- Days without a nightly sync, of a district or of one school; both dates belong to it.
CREATE TABLE blackout (
    district_id text NOT NULL REFERENCES district ON DELETE CASCADE,
    id          uuid NOT NULL DEFAULT gen_random_uuid(),
    school_id   uuid,                              -- null: all of the district's
    first       date NOT NULL,
    last        date NOT NULL CHECK (last >= first),
    reason      text NOT NULL DEFAULT '',
    PRIMARY KEY (district_id, id),
    FOREIGN KEY (district_id, school_id) REFERENCES school (district_id, id) ON DELETE CASCADE
);

-- Offline Moodles at schools. Whoever is in contact with one keeps `online` and `last_contact_at`.
CREATE TABLE device (
    district_id     text NOT NULL REFERENCES district ON DELETE CASCADE,
    id              uuid NOT NULL,
    school_id       uuid NOT NULL,
    name            text NOT NULL,
    enabled         boolean NOT NULL DEFAULT true,
    daily_at        time,                          -- in UTC; null: not by itself
    at_next_contact boolean NOT NULL DEFAULT false,  -- offline at that time: sync at the next contact instead
    online          boolean NOT NULL DEFAULT false,
    last_contact_at timestamptz,
    scheduled_since timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (district_id, id),
    FOREIGN KEY (district_id, school_id) REFERENCES school (district_id, id) ON DELETE CASCADE
);

-- A school that begins to sync by itself has missed nothing before.
CREATE FUNCTION note_schedule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.scheduled_since := now();
    RETURN NEW;
END $$;
CREATE TRIGGER school_scheduled BEFORE UPDATE ON school FOR EACH ROW
    WHEN ((NEW.shared AND NEW.target_id IS NOT NULL) AND NOT (OLD.shared AND OLD.target_id IS NOT NULL)
          OR NEW.nightly IS NOT NULL AND OLD.nightly IS NULL)
    EXECUTE FUNCTION note_schedule();
CREATE TRIGGER device_scheduled BEFORE UPDATE ON device FOR EACH ROW
    WHEN (NEW.enabled AND NOT OLD.enabled OR NEW.daily_at IS NOT NULL AND OLD.daily_at IS NULL)
    EXECUTE FUNCTION note_schedule();

-- The mode that a night has: a pause ends with the night before its date.
CREATE FUNCTION registry.mode_on(mode text, until date, night date) RETURNS text IMMUTABLE PARALLEL SAFE LANGUAGE sql
    AS $$ SELECT CASE WHEN night >= until THEN 'on' ELSE mode END $$;

-- How long after its time a school's night begins: the same for a school and date, from 0 to `spread` seconds.
CREATE FUNCTION registry.delay(subject uuid, night date, spread int) RETURNS interval
    IMMUTABLE PARALLEL SAFE LANGUAGE sql
    AS $$ SELECT make_interval(secs => (hashtextextended(subject::text || to_char(night, 'YYYYMMDD'), 0)
                                        & 2147483647) % (spread + 1)) $$;

-- Who syncs by itself, and when: `wall` in `timezone`, on `nights`. A device's time is in UTC.
CREATE VIEW registry.schedule AS
    SELECT s.district_id, s.id AS subject, s.id AS school_id, NULL::uuid AS device_id, s.target_id, d.pool,
           coalesce(s.timezone, d.timezone) AS timezone, coalesce(s.nightly, d.nightly) AS wall,
           coalesce(s.nights, d.nights) AS nights, d.spread_minutes * 60 AS spread_seconds,
           s.nightly_mode AS mode, s.mode_until, s.scheduled_since, true AS online, false AS at_next_contact
    FROM school s JOIN district d ON d.id = s.district_id
    WHERE s.shared AND s.target_id IS NOT NULL AND coalesce(s.nightly, d.nightly) IS NOT NULL
    UNION ALL
    SELECT v.district_id, v.id, v.school_id, v.id, s.target_id, d.pool, 'UTC', v.daily_at, '{1,2,3,4,5,6,7}', 0,
           'on', NULL, v.scheduled_since, v.online, v.at_next_contact
    FROM device v
    JOIN district d ON d.id = v.district_id
    JOIN school s ON s.district_id = v.district_id AND s.id = v.school_id
    WHERE v.enabled AND v.daily_at IS NOT NULL AND s.shared AND s.target_id IS NOT NULL;

CREATE VIEW registry.blackout AS SELECT district_id, school_id, first, last, reason FROM blackout;

CREATE VIEW registry.device AS
    SELECT district_id, id, school_id, name, enabled, daily_at, at_next_contact, online, last_contact_at FROM device;

GRANT SELECT ON registry.schedule, registry.blackout, registry.device TO PUBLIC;
