-- School administrators, whom keys may speak for, and a second factor.

ALTER TABLE operator
    DROP CONSTRAINT operator_role_check,
    ADD CHECK (role IN ('operator', 'district_admin', 'school_admin', 'viewer')),
    ALTER password_hash DROP NOT NULL,             -- null: invited, or signs in at the identity provider only
    ADD COLUMN schools uuid[],                     -- null: all of the districts
    ADD COLUMN locale text,                        -- en, nl or fr; null: as the browser asks
    ADD COLUMN timezone text,                      -- null: the district's
    ADD COLUMN disabled_at timestamptz,
    ADD COLUMN oidc_subject text UNIQUE,           -- the identity provider's name for them, once they came from there
    ADD COLUMN totp_secret bytea,                  -- sealed
    ADD COLUMN totp_confirmed_at timestamptz,      -- null: being set up, not asked for yet
    ADD COLUMN totp_step bigint NOT NULL DEFAULT 0;  -- the time step of the last code that was taken: each is taken once

-- Codes for when the second factor is lost; each goes with its use.
CREATE TABLE recovery_code (
    operator_id uuid NOT NULL REFERENCES operator ON DELETE CASCADE,
    code_hash   bytea NOT NULL,
    PRIMARY KEY (operator_id, code_hash)
);

-- Links with which people choose their first password, or a new one. One at a time for each person.
CREATE TABLE invitation (
    operator_id uuid PRIMARY KEY REFERENCES operator ON DELETE CASCADE,
    token_hash  bytea NOT NULL UNIQUE,
    expires_at  timestamptz NOT NULL
);

ALTER TABLE session
    ADD COLUMN id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),  -- says nothing about the cookie
    ADD COLUMN rotated_at timestamptz NOT NULL DEFAULT now(),      -- when the cookie was last given anew
    ADD COLUMN former_hash bytea UNIQUE,           -- of the cookie before, for requests that were under way …
    ADD COLUMN second_factor boolean NOT NULL DEFAULT true;        -- false: the password was right, the code is awaited

ALTER TABLE api_key ADD COLUMN schools uuid[];     -- null: all of the districts
UPDATE api_key SET scopes = scopes || '{contact,decide}' WHERE 'order' = ANY (scopes);

-- Who has only some schools of a district is shown which source and Moodle these have, and of the audit log what was done
-- to them; what they do is noted all the same.
SELECT access_show('source', access_of_district('district_id'));
SELECT access_show('target', access_of_district('district_id'));
SELECT access_show('audit',
                   access_of_district('district_id') || $$ AND ((SELECT access_all_schools())
                       OR subject = ANY ((SELECT array_agg('school/' || s) FROM unnest(access_schools()) s)::text[]))$$,
                   access_of_district('district_id'));

-- Requests do their work as a role that cannot read passwords, cookies or keys: of people and keys it knows the names.
COMMENT ON TABLE operator IS 'kept from requests';
COMMENT ON TABLE recovery_code IS 'kept from requests';
COMMENT ON TABLE invitation IS 'kept from requests';
COMMENT ON TABLE session IS 'kept from requests';
COMMENT ON TABLE api_key IS 'kept from requests';
COMMENT ON TABLE sign_in_attempt IS 'kept from requests';
COMMENT ON TABLE inbox IS 'kept from requests';
COMMENT ON TABLE migration IS 'kept from requests';

DO $$
BEGIN
    IF to_regrole('rosterbus_web') IS NOT NULL THEN
        GRANT USAGE ON SCHEMA dashboard_api TO rosterbus_web;
        GRANT SELECT (id, name) ON operator, api_key TO rosterbus_web;
    END IF;
END $$;
