"""The pages of settings, of the system and of one's own account, in the order in which addresses are matched."""

from dashboard_api.pages import (
    account,
    set_up,
    settings_audit,
    settings_checks,
    settings_district,
    settings_keys,
    settings_mapping,
    settings_notifications,
    settings_policy,
    settings_schedule,
    settings_schools,
    settings_sources,
    settings_targets,
    settings_users,
    system,
)

ROUTERS = (
    set_up.router,
    settings_district.router,
    settings_checks.router,
    settings_sources.router,
    settings_targets.router,
    settings_schools.router,
    settings_schedule.router,
    settings_policy.router,
    settings_mapping.router,
    settings_notifications.router,
    settings_users.router,
    settings_keys.router,
    settings_audit.router,
    system.router,
    account.router,
)
