"""A district as its declaration would be written today, but for secrets: what `rosterbus export` is made of."""

import json
from typing import Any

from common.db import Pool

Json = dict[str, Any]


async def declaration(pool: Pool, district_id: str) -> Json | None:
    """`{district, sources, target, schools, notify, policy, second_person}`; None if the district is not declared.

    `sources` by id, with their settings beside their kind; `schools` is `all`, or those that are set up, each with
    `source` and `source_id`. Keys without a value are left out, as `schools`' own times where they have none.
    """
    text: str | None = await pool.fetchval(
        """
        SELECT jsonb_build_object(
                   'district', jsonb_build_object(
                       'id', d.id, 'name', d.name, 'timezone', d.timezone, 'locale', d.locale, 'pool', d.pool,
                       'max_parallel', d.max_parallel, 'nightly', coalesce(to_char(d.nightly, 'HH24:MI'), 'none'),
                       'nights', d.nights, 'spread_minutes', d.spread_minutes),
                   'sources', (SELECT jsonb_object_agg(o.id, o.settings || jsonb_build_object('kind', o.kind))
                               FROM source o WHERE o.district_id = d.id),
                   'target', (SELECT jsonb_build_object(
                                         'name', t.name, 'base_url', t.base_url, 'user_auth', t.user_auth,
                                         'roles', t.roles, 'max_parallel', t.max_parallel)
                              FROM target t WHERE t.district_id = d.id AND t.id = 'main'),
                   'schools', CASE WHEN d.all_schools IS NOT NULL AND NOT EXISTS (
                                            SELECT FROM school s WHERE s.district_id = d.id AND s.left_out)
                                   THEN '"all"'::jsonb
                                   ELSE (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                                             'source', s.source_id, 'source_id', s.source_school_id,
                                             'timezone', s.timezone, 'nightly', to_char(s.nightly, 'HH24:MI'),
                                             'nights', s.nights)) ORDER BY s.source_id, s.source_school_id), '[]')
                                         FROM school s WHERE s.district_id = d.id AND s.target_id IS NOT NULL) END,
                   'notify', (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                                         'email', r.email, 'outcomes', r.outcomes, 'locale', r.locale,
                                         'source', s.source_id, 'school', s.source_school_id))
                                         ORDER BY s.source_id NULLS FIRST, s.source_school_id, r.email), '[]')
                              FROM recipient r
                              LEFT JOIN school s ON s.district_id = r.district_id AND s.id = r.school_id
                              WHERE r.district_id = d.id AND (r.school_id IS NULL OR s.id IS NOT NULL)),
                   'policy', d.policy, 'second_person', d.second_person)::text
        FROM district d WHERE d.id = $1
        """,
        district_id,
    )
    return json.loads(text) if text else None
