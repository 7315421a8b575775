"""Every page, in the order in which addresses are matched."""

from dashboard_api.pages import reader, run, run_acts, runs, school_acts, schools, sign_in

ROUTERS = (sign_in.router, reader.router, schools.router, school_acts.router, school_acts.times, runs.router, run_acts.router, run.router)
