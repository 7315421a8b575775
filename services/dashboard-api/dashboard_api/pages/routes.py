"""Every page, in the order in which addresses are matched."""

from dashboard_api.pages import invitation, provider, reader, run, school_acts, schools, sign_in

ROUTERS = (
    sign_in.router,
    provider.router,
    invitation.router,
    reader.router,
    schools.router,
    school_acts.router,
    school_acts.times,
    run.router,
)
