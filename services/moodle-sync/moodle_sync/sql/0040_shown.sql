-- An operation is its run's: who may see the run may see it. The view says so, since COPY, by which operations are
-- written, knows no row-level security. `plan.run` has it.
COMMENT ON TABLE operation IS 'shown by plan.operation';

CREATE OR REPLACE VIEW plan.operation WITH (security_invoker = true) AS
    SELECT o.district_id, o.run_id, o.seq, o.phase, o.entity, o.kind, o.source_key, o.user_key, o.before, o.after, o.state,
           o.code, o.answer, o.warning, o.moodle_id, o.match, o.ruling, o.graded, o.settled_at
    FROM operation o
    WHERE EXISTS (SELECT FROM plan p WHERE p.district_id = o.district_id AND p.run_id = o.run_id);
GRANT SELECT ON operation, plan TO PUBLIC;
