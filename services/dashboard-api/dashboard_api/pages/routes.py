"""Every page, in the order in which addresses are matched."""

from dashboard_api.pages import (
    compare,
    device,
    device_acts,
    devices,
    errors,
    help_pages,
    reader,
    run,
    run_acts,
    runs,
    school,
    school_acts,
    school_errors,
    school_settings,
    schools,
    sign_in,
)

ROUTERS = (
    *(sign_in.router, reader.router),
    *(schools.router, school_acts.router, school_acts.times, school_settings.router, school.router),
    *(runs.router, compare.router, run_acts.router, run.router),
    *(errors.router, school_errors.router),
    *(devices.router, device.router, device_acts.router),
    *(help_pages.router,),
)
