-- A key counts as the person who made it: one person with a session and a key is not two.

ALTER TABLE api_key ADD COLUMN made_by uuid REFERENCES operator ON DELETE SET NULL;  -- null: made at the server

-- Those that there are: the audit log says who made each, which may have been a key in its turn.
WITH RECURSIVE made AS (
    SELECT DISTINCT ON (subject) split_part(subject, '/', 2) AS key, actor FROM audit
    WHERE action = 'create key' ORDER BY subject, id DESC
), maker AS (
    SELECT key, actor, 1 AS steps FROM made
    UNION ALL
    SELECT maker.key, made.actor, steps + 1 FROM maker JOIN made ON made.key = maker.actor WHERE steps < 100
)
UPDATE api_key k SET made_by = o.id
FROM maker JOIN operator o ON o.id::text = maker.actor WHERE maker.key = k.id::text;

-- Who stands behind the accounts of a consent: the database itself refuses that it is one.
ALTER TABLE consent ADD COLUMN asked_person uuid, ADD COLUMN decided_person uuid;  -- null: not known, or gone
UPDATE consent c SET
    asked_person = coalesce((SELECT id FROM operator WHERE id::text = c.asked_by),
                            (SELECT made_by FROM api_key WHERE id::text = c.asked_by)),
    decided_person = coalesce((SELECT id FROM operator WHERE id::text = c.decided_by),
                              (SELECT made_by FROM api_key WHERE id::text = c.decided_by));
-- What was confirmed before is as it was.
ALTER TABLE consent ADD CHECK (state <> 'confirmed' OR (decided_person IS NOT NULL
                               AND decided_person IS DISTINCT FROM asked_person)) NOT VALID;
