-- Who may do what, and what they did.

CREATE TABLE operator (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email         text NOT NULL UNIQUE CHECK (email = lower(email)),
    name          text NOT NULL,
    role          text NOT NULL CHECK (role IN ('operator', 'district_admin', 'viewer')),
    districts     text[],                         -- null: all
    password_hash text NOT NULL,                  -- argon2id
    created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE session (
    token_hash   bytea PRIMARY KEY,               -- SHA-256 of the cookie
    operator_id  uuid NOT NULL REFERENCES operator ON DELETE CASCADE,
    csrf         text NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL
);
CREATE INDEX session_of_operator ON session (operator_id);

CREATE TABLE api_key (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name         text NOT NULL UNIQUE,
    token_hash   bytea NOT NULL UNIQUE,           -- SHA-256 of the key
    scopes       text[] NOT NULL,                 -- read, order, declare
    districts    text[],                          -- null: all
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz,
    last_used_at timestamptz
);

-- Attempts to sign in that failed or are under way; `subject` is a hash of the address or account they came for.
CREATE TABLE sign_in_attempt (
    subject      bytea NOT NULL,
    attempted_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sign_in_attempt_subject ON sign_in_attempt (subject, attempted_at);

CREATE TABLE audit (
    district_id text NOT NULL,                    -- '' where it concerns no single district
    id          bigint GENERATED ALWAYS AS IDENTITY,
    at          timestamptz NOT NULL DEFAULT now(),
    actor       text NOT NULL,                    -- id of an operator or API key, or 'command line'
    action      text NOT NULL,
    subject     text NOT NULL,
    detail      jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (district_id, id)
);
