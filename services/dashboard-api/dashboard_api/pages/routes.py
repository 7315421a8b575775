"""Every page, in the order in which addresses are matched."""

from dashboard_api.pages import api_docs, reader, run, school_acts, schools, sign_in

ROUTERS = (
    sign_in.router,
    reader.router,
    schools.router,
    school_acts.router,
    school_acts.times,
    run.router,
    api_docs.router,
)
