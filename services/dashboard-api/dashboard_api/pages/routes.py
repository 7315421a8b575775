"""Every page, in the order in which addresses are matched."""

from dashboard_api.pages import (
    api_docs,
    compare,
    invitation,
    provider,
    reader,
    run,
    run_acts,
    runs,
    school,
    school_acts,
    school_settings,
    schools,
    sign_in,
)

ROUTERS = (
    *(sign_in.router, provider.router, invitation.router, reader.router),
    *(schools.router, school_acts.router, school_acts.times, school_settings.router, school.router),
    *(runs.router, compare.router, run_acts.router, run.router),
    api_docs.router,
)
