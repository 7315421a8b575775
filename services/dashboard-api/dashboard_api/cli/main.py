"""The commands of `rosterbus`."""

import typer

from dashboard_api.cli import schedule, source_check
from dashboard_api.cli.apply import apply
from dashboard_api.cli.controls import audit, cancel, pools
from dashboard_api.cli.nightly_modes import pause, resume
from dashboard_api.cli.show import run, runs, schools
from dashboard_api.cli.sync import sync

app = typer.Typer(
    help="Keep Moodle in step with school rosters. ROSTERBUS_URL names the dashboard, ROSTERBUS_API_KEY the key.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for command in (apply, sync, schools, runs, run):
    app.command()(command)
for control in (pause, resume, cancel, pools, audit):
    app.command()(control)
app.add_typer(schedule.app, name="schedule")
app.add_typer(source_check.app, name="source")
