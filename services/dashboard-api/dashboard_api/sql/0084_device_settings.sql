-- What is advanced of a device: another Moodle than its school's, e-mails about its syncs, and syncing without the check of dates.

ALTER TABLE device
    ADD COLUMN target_id text,                     -- null: the school's
    ADD COLUMN notify boolean NOT NULL DEFAULT false,  -- tell the district's recipients of each sync
    ADD COLUMN force boolean NOT NULL DEFAULT false,   -- sync courses whose modification dates differ, too
    ADD FOREIGN KEY (district_id, target_id) REFERENCES target (district_id, id);

CREATE OR REPLACE VIEW device_overview AS
    SELECT v.district_id, v.id, v.school_id, s.name AS school, v.name, lower(v.name) AS sort_name, v.enabled,
           to_char(v.daily_at, 'HH24:MI') AS daily_at, v.at_next_contact, v.online, v.last_contact_at,
           next_sync_of(v.district_id, v.id) AS next_sync_at, v.removed_at, v.target_id AS target, v.notify, v.force
    FROM device v JOIN school s ON s.district_id = v.district_id AND s.id = v.school_id;

CREATE OR REPLACE VIEW registry.device AS
    SELECT v.district_id, v.id, v.school_id, v.name, v.enabled, v.daily_at, v.at_next_contact, v.online, v.last_contact_at,
           coalesce(v.target_id, s.target_id) AS target_id, v.notify, v.force
    FROM device v JOIN school s ON s.district_id = v.district_id AND s.id = v.school_id;
