-- Who is told of runs, by address; before, the district's list of addresses. A school's row stands in for the district's.
CREATE TABLE recipient (
    district_id text NOT NULL REFERENCES district ON DELETE CASCADE,
    school_id   uuid,                             -- null: of all schools; need not be listed yet
    email       text NOT NULL,
    outcomes    text NOT NULL DEFAULT 'all' CHECK (outcomes IN ('all', 'problems', 'never')),
    locale      text,                             -- null: the district's
    UNIQUE NULLS NOT DISTINCT (district_id, school_id, email)
);
INSERT INTO recipient (district_id, email) SELECT DISTINCT id, unnest(notify) FROM district;

DROP VIEW registry.district;
ALTER TABLE district DROP notify;
CREATE VIEW registry.district AS SELECT id, name, timezone, locale, pool, max_parallel, policy FROM district;
CREATE VIEW registry.recipient AS SELECT district_id, school_id, email, outcomes, locale FROM recipient;
GRANT SELECT ON registry.district, registry.recipient TO PUBLIC;

-- What people call a source, where its kind does not say enough; its id cannot change, since schools' ids are made of it.
ALTER TABLE source ADD name text NOT NULL DEFAULT '';

-- Taken out by hand: a district that sets up all schools leaves this one out when its source lists it again.
ALTER TABLE school ADD left_out boolean NOT NULL DEFAULT false;
