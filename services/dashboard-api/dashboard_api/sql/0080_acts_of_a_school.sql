-- Acts are found by what they are about, however many a district has.
CREATE INDEX audit_of_subject ON audit (district_id, subject);
-- The nightly mode of several schools is one act; its detail names each.
CREATE INDEX audit_of_modes ON audit USING gin (detail jsonb_path_ops) WHERE action = 'nightly mode';
