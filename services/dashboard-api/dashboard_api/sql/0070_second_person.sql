-- Acts that one person asks for and another has to agree to.

ALTER TABLE district ADD second_person jsonb NOT NULL DEFAULT '{}';  -- which acts (declare/second_person.py)

CREATE TABLE consent (
    district_id text NOT NULL REFERENCES district ON DELETE CASCADE,
    id          uuid NOT NULL DEFAULT gen_random_uuid(),
    act         text NOT NULL CHECK (act IN ('undo', 'approval', 'force')),
    subject     text NOT NULL,                    -- run/…, hold/… or device/…
    school_id   uuid NOT NULL,
    body        jsonb NOT NULL,                   -- the act as it was asked for
    reason      text NOT NULL,
    asked_by    text NOT NULL,                    -- id of an operator or API key
    asked_at    timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'confirmed', 'rejected', 'expired')),
    decided_by  text,
    decided_at  timestamptz,
    note        text NOT NULL DEFAULT '',         -- why it was confirmed or rejected
    outcome     jsonb,                            -- what was answered when the act was done
    PRIMARY KEY (district_id, id),
    CHECK ((state IN ('confirmed', 'rejected')) = (decided_by IS NOT NULL)),
    CHECK (decided_by IS DISTINCT FROM asked_by OR state = 'rejected')
);
CREATE INDEX consent_by_id ON consent (id);
CREATE UNIQUE INDEX consent_waiting ON consent (district_id, act, subject) WHERE state = 'waiting';
