-- Of what has no school, who has only some schools of a district is shown the days without a nightly sync, which are
-- theirs as well, and the hints that something of the district is new, which say no more. Who else is told of runs is
-- not shown to them. They tell hints of the whole district, and write nothing else of it.
SELECT access_show('blackout', access_of_district('district_id') || ' AND ' || access_of_school_or_all('school_id'),
                   access_of_district('district_id') || ' AND ' || access_of_school('school_id'));
SELECT access_show('hint', access_of_district('district_id') || ' AND ' || access_of_school_or_all('school_id'));
