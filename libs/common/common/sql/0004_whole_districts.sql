-- A row without a school is of a whole district, and not shown to who has only some of its schools unless a migration of
-- the service says so with `access_of_school_or_all`.

CREATE OR REPLACE FUNCTION access_of_school(key text) RETURNS text IMMUTABLE LANGUAGE sql
    AS $$ SELECT format('((SELECT access_all_schools()) OR %1$I = ANY ((SELECT access_schools())::uuid[]))', key) $$;

CREATE OR REPLACE FUNCTION access_of_school_or_all(key text) RETURNS text IMMUTABLE LANGUAGE sql
    AS $$ SELECT format('(%1$I IS NULL OR %2$s)', key, access_of_school(key)) $$;

-- Tables that were protected before: those with the condition that this one replaces.
DO $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT polrelid::regclass AS relation, access_condition_of(polrelid) AS condition
        FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
        WHERE c.relnamespace = current_schema()::regnamespace AND p.polname = 'shown'
          AND pg_get_expr(p.polqual, p.polrelid) LIKE '%school_id IS NULL%'
    LOOP
        PERFORM access_show(found.relation, found.condition);
    END LOOP;
END $$;
