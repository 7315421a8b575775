"""The commands of `rosterbus`."""

import typer

from dashboard_api.cli import (
    devices,
    keys,
    links,
    mapping,
    schedule,
    settings,
    source_changes,
    system,
    target_changes,
    users,
)
from dashboard_api.cli.apply import apply
from dashboard_api.cli.audit import audit
from dashboard_api.cli.compare import compare
from dashboard_api.cli.confirm import consent, consents
from dashboard_api.cli.controls import cancel, pools
from dashboard_api.cli.districts import district, districts
from dashboard_api.cli.errors import errors
from dashboard_api.cli.explain import explain
from dashboard_api.cli.export import export
from dashboard_api.cli.holds import hold, holds
from dashboard_api.cli.ledger import ledger
from dashboard_api.cli.me import me
from dashboard_api.cli.nightly_modes import pause, resume
from dashboard_api.cli.orders import order
from dashboard_api.cli.plan import plan
from dashboard_api.cli.school import school
from dashboard_api.cli.show import run, runs, schools
from dashboard_api.cli.sync import sync
from dashboard_api.cli.undo import undo

app = typer.Typer(
    help="Keep Moodle in step with school rosters. ROSTERBUS_URL names the dashboard, ROSTERBUS_API_KEY the key.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for command in (apply, sync, districts, district, schools, runs, run, order):
    app.command()(command)
for more in (plan, holds, hold, explain, undo, compare, pause, resume, cancel, pools, audit, consents, consent, export):
    app.command()(more)
for one in (school, errors, ledger, me):
    app.command()(one)
app.command("devices")(devices.list_)
app.add_typer(devices.app, name="device")
app.add_typer(schedule.app, name="schedule")
app.add_typer(source_changes.app, name="source")
app.add_typer(mapping.app, name="mapping")
app.add_typer(links.app, name="links")
app.add_typer(users.app, name="users")
app.add_typer(keys.app, name="keys")
app.add_typer(system.app, name="system")
app.add_typer(settings.app, name="settings")
app.add_typer(target_changes.app, name="target")
