-- What a district lets Rosterbus do (libs/rules/rules/policy.py); what is left out has its usual value.
ALTER TABLE district ADD policy jsonb NOT NULL DEFAULT '{}';

CREATE OR REPLACE VIEW registry.district AS
    SELECT id, name, timezone, locale, pool, max_parallel, notify, policy FROM district;
