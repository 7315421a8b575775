-- What requests of people and programs are shown: their connections work as a role of their own, `rosterbus_web`, with
-- the settings `rosterbus.districts` and `rosterbus.schools`: ids with commas between them, or * for all. Without them
-- nothing is shown. All other roles see everything, and pay nothing for it. See docs/adr/0030.
-- Each service has these functions in its own schema, since services may log in as different users.

CREATE FUNCTION access_all_districts() RETURNS boolean STABLE PARALLEL SAFE LANGUAGE sql
    AS $$ SELECT coalesce(current_setting('rosterbus.districts', true) = '*', false) $$;

CREATE FUNCTION access_districts() RETURNS text[] STABLE PARALLEL SAFE LANGUAGE sql
    AS $$ SELECT string_to_array(current_setting('rosterbus.districts', true), ',') $$;

CREATE FUNCTION access_all_schools() RETURNS boolean STABLE PARALLEL SAFE LANGUAGE sql
    AS $$ SELECT coalesce(current_setting('rosterbus.schools', true) = '*', false) $$;

CREATE FUNCTION access_schools() RETURNS uuid[] STABLE PARALLEL SAFE LANGUAGE sql
    AS $$ SELECT string_to_array(nullif(current_setting('rosterbus.schools', true), '*'), ',')::uuid[] $$;

-- Lets the web's role see only those rows of a table for which the expression holds. In subqueries the settings are
-- read once a statement, not once a row. Does nothing where the login could not make the role.
CREATE FUNCTION access_show(shown regclass, condition text, kept text DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    IF to_regrole('rosterbus_web') IS NULL THEN
        RETURN;
    END IF;
    EXECUTE format('DROP POLICY IF EXISTS whole ON %s', shown);
    EXECUTE format('DROP POLICY IF EXISTS shown ON %s', shown);
    EXECUTE format('CREATE POLICY whole ON %s USING (true) WITH CHECK (true)', shown);
    EXECUTE format('CREATE POLICY shown ON %s AS RESTRICTIVE TO rosterbus_web USING (%s) WITH CHECK (%s)',
                   shown, condition, coalesce(kept, condition));
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', shown);
END $$;

CREATE FUNCTION access_of_district(key text) RETURNS text IMMUTABLE LANGUAGE sql
    AS $$ SELECT format('((SELECT access_all_districts()) OR %1$I = ANY ((SELECT access_districts())::text[]))',
                        key) $$;

CREATE FUNCTION access_of_school(key text) RETURNS text IMMUTABLE LANGUAGE sql
    AS $$ SELECT format('((SELECT access_all_schools()) OR %1$I IS NULL'
                        ' OR %1$I = ANY ((SELECT access_schools())::uuid[]))',
                        key) $$;

CREATE FUNCTION access_has_column(relation oid, name text) RETURNS boolean STABLE LANGUAGE sql
    AS $$ SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = relation AND attname = name AND NOT attisdropped) $$;

-- The condition for a table that says whose its rows are; null for one that does not. A row that names a run and no
-- school is its run's; one that names neither is of a whole district, and not shown to who has only some schools of it.
CREATE FUNCTION access_condition_of(relation oid) RETURNS text STABLE LANGUAGE plpgsql AS $$
DECLARE
    name   text := (SELECT relname FROM pg_class WHERE oid = relation);
    place  regnamespace := (SELECT relnamespace FROM pg_class WHERE oid = relation);
    runs   regclass := coalesce(to_regclass(format('%s.plan', place)), to_regclass(format('%s.snapshot', place)),
                                to_regclass(format('%s.run', place)));
    run_id text := CASE WHEN access_has_column(runs, 'run_id') THEN 'run_id' ELSE 'id' END;
BEGIN
    IF name = 'district' THEN
        RETURN access_of_district('id');
    ELSIF NOT access_has_column(relation, 'district_id') THEN
        RETURN NULL;
    ELSIF name = 'school' OR access_has_column(relation, 'school_id') THEN
        RETURN access_of_district('district_id') || ' AND '
               || access_of_school(CASE name WHEN 'school' THEN 'id' ELSE 'school_id' END);
    ELSIF runs IS NOT NULL AND access_has_column(relation, 'run_id') THEN
        RETURN access_of_district('district_id')
               || format(' AND ((SELECT access_all_schools()) OR EXISTS (SELECT FROM %1$s owner '
                         'WHERE owner.district_id = %2$I.district_id AND owner.%3$I = %2$I.run_id))',
                         runs, name, run_id);
    END IF;
    RETURN access_of_district('district_id') || ' AND (SELECT access_all_schools())';
END $$;

-- Lets requests work in a schema that they may use: with all tables but those whose comment is "kept from requests".
CREATE FUNCTION access_open() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found record;
BEGIN
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO rosterbus_web', current_schema());
    FOR found IN
        SELECT c.oid::regclass AS relation FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v')
          AND coalesce(obj_description(c.oid, 'pg_class'), '') <> 'kept from requests'
    LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO rosterbus_web', found.relation);
    END LOOP;
END $$;

-- Which views of this database stand on which tables and views of this schema.
CREATE FUNCTION access_uses() RETURNS TABLE (view regclass, published boolean, used regclass) STABLE LANGUAGE sql AS $$
    SELECT DISTINCT v.oid::regclass, v.relnamespace <> t.relnamespace, t.oid::regclass
    FROM pg_class t
    JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid
                    AND d.classid = 'pg_rewrite'::regclass
    JOIN pg_rewrite r ON r.oid = d.objid
    JOIN pg_class v ON v.oid = r.ev_class AND v.relkind = 'v' AND v.oid <> t.oid
    WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind IN ('r', 'p', 'v') $$;

-- Protects what is not protected yet of a schema: its tables, and the views on them, which look with the eyes of
-- whoever asks. What published views stand on may then be read by all, but named by none: nobody else may use the
-- schema. A table whose comment begins with "shown by" is left to the view that it names.
CREATE FUNCTION access_protect() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found record;
BEGIN
    IF has_schema_privilege('rosterbus_web', current_schema(), 'USAGE') THEN
        PERFORM access_open();
    END IF;
    FOR found IN
        SELECT c.oid::regclass AS relation, access_condition_of(c.oid) AS condition
        FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
          AND coalesce(obj_description(c.oid, 'pg_class'), '') NOT LIKE 'shown by %'
    LOOP
        IF found.condition IS NOT NULL THEN
            PERFORM access_show(found.relation, found.condition);
        END IF;
    END LOOP;
    FOR found IN
        SELECT DISTINCT u.view FROM access_uses() u JOIN pg_class v ON v.oid = u.view
        WHERE NOT 'security_invoker=true' = ANY (coalesce(v.reloptions, '{}'))
    LOOP
        EXECUTE format('ALTER VIEW %s SET (security_invoker = true)', found.view);
    END LOOP;
    FOR found IN
        WITH RECURSIVE beneath AS (
            SELECT used FROM access_uses() WHERE published
            UNION
            SELECT u.used FROM access_uses() u JOIN beneath b ON u.view = b.used
        )
        SELECT used FROM beneath WHERE NOT has_table_privilege('public', used, 'SELECT')
    LOOP
        EXECUTE format('GRANT SELECT ON %s TO PUBLIC', found.used);
    END LOOP;
END $$;
