"""What the demo declares and gives to its processes, and how `make up` reads the operator's settings."""

from __future__ import annotations

import importlib
import io
import os
import socket
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic_settings import BaseSettings
from rich.console import Console

from dashboard_api.declare.model import Declaration
from rosterbus_local import demo
from rosterbus_local.demo_district import write_district
from rosterbus_local.demo_state import demo_folder, load_demo, save_demo
from rosterbus_local.demo_system import demo_environment, demo_processes
from rosterbus_local.errors import LocalError
from rosterbus_local.processes import SERVICES
from rosterbus_local.servers import Servers
from rosterbus_local.state import lock_folder
from rosterbus_local.up import kept_secret_key, operators_settings, planned_services


@pytest.fixture
def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Servers:
    """Servers that are somewhere else."""
    monkeypatch.setenv("ROSTERBUS_DATABASE_URL", "postgresql://db.example/rosterbus")
    monkeypatch.setenv("ROSTERBUS_AMQP_URL", "amqp://mq.example/")
    return Servers(tmp_path, durable=True)


def with_secrets(declaration: Any, env: dict[str, str]) -> Any:
    """The declaration with its `…_env` keys replaced by what they name."""
    if not isinstance(declaration, dict):
        return declaration
    return {
        key.removesuffix("_env"): env[value] if key.endswith("_env") else with_secrets(value, env)
        for key, value in declaration.items()
    }


@pytest.mark.parametrize(
    ("package", "kinds"),
    [
        (None, {"main": "oneroster", "clever": "clever", "classlink": "classlink", "wonde": "wonde",
                "drop": "oneroster-csv"}),
        (Path("/data/district.zip"), {"main": "oneroster-csv"}),
    ],
)  # fmt: skip
def test_the_demo_declares_a_district_that_the_dashboard_takes(
    tmp_path: Path, servers: Servers, package: Path | None, kinds: dict[str, str]
) -> None:
    state = load_demo(tmp_path)
    file = write_district(state, tmp_path, package)
    env = demo_environment(state, servers)

    declared = Declaration.model_validate(with_secrets(yaml.safe_load(file.read_text()), env))

    assert {id_: source.kind for id_, source in declared.sources_by_id.items()} == kinds
    assert [one.email for one in declared.notify] == ["admin@demo.example"]
    assert state.moodle_token not in file.read_text()
    assert state.source_secret not in file.read_text()


def test_a_demo_of_a_package_has_no_other_sources(tmp_path: Path) -> None:
    state = load_demo(tmp_path)

    with_all, with_package = (demo_processes(state, tmp_path, package) for package in (None, Path("/data/d.zip")))

    assert {process.name for process in with_all} - {process.name for process in with_package} == {
        "oneroster-sim", "clever-sim", "classlink-sim", "wonde-sim",
    }  # fmt: skip


def test_the_demo_does_not_pass_on_the_operator_s_own_mail_server(
    tmp_path: Path, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROSTERBUS_SMTP_HOST", "mail.district.example")
    monkeypatch.setenv("ROSTERBUS_SMTP_USERNAME", "real")

    env = demo_environment(load_demo(tmp_path), servers)

    assert env["ROSTERBUS_SMTP_HOST"] == "127.0.0.1"
    assert "ROSTERBUS_SMTP_USERNAME" not in env


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_starts_with_what_the_demo_gives_it(
    name: str, tmp_path: Path, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = load_demo(tmp_path)
    (process,) = [each for each in demo_processes(state, tmp_path, None) if each.name == name]
    for key, value in {**demo_environment(state, servers), **process.env}.items():
        monkeypatch.setenv(key, value)
    settings_class: type[BaseSettings] = importlib.import_module(f"{SERVICES[name]}.settings").Settings

    settings = settings_class()

    assert settings.model_dump()["http_port"] == state.ports[name]


def test_a_demo_started_again_has_the_same_secrets_and_ports(tmp_path: Path) -> None:
    first = load_demo(tmp_path)
    first.fully_synced = True
    save_demo(tmp_path, first)

    assert load_demo(tmp_path) == first
    assert (tmp_path / "demo.json").stat().st_mode & 0o777 == 0o600


def test_each_package_has_a_demo_of_its_own(tmp_path: Path) -> None:
    one, other = demo_folder(tmp_path / "one.zip"), demo_folder(tmp_path / "two" / "one.zip")

    assert len({one, other, demo_folder(None)}) == 3
    assert demo_folder(None) in one.parents


def test_a_reset_forgets_every_demo_but_not_while_one_runs(tmp_path: Path) -> None:
    package_demo = tmp_path / "demo" / "packages" / "one"
    package_demo.mkdir(parents=True)
    load_demo(package_demo)
    held = lock_folder(package_demo, patience=0)

    with pytest.raises(LocalError, match="Another command is using"):
        demo.reset(tmp_path / "demo")

    os.close(held)
    demo.reset(tmp_path / "demo")
    assert not (tmp_path / "demo").exists()


def test_the_environment_goes_before_the_operator_s_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"
    file.write_text("ROSTERBUS_SMTP_HOST=mail.example\nROSTERBUS_SMTP_PORT=587\nROSTERBUS_SMTP_USERNAME=\n")
    monkeypatch.setenv("ROSTERBUS_SMTP_HOST", "nearer.example")
    monkeypatch.delenv("ROSTERBUS_SMTP_PORT", raising=False)

    assert operators_settings(file) == {"ROSTERBUS_SMTP_PORT": "587"}
    assert operators_settings(tmp_path / "missing") == {}


def test_a_port_in_use_is_said_before_anything_starts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(LocalError, match=f"Port {port} is in use"):
            planned_services({"ROSTERBUS_HTTP_PORT": str(port)})


def test_a_made_up_secret_key_is_kept_and_said(tmp_path: Path) -> None:
    said = io.StringIO()

    first, second = (kept_secret_key(tmp_path, Console(file=said)) for _ in range(2))

    assert first == second
    assert "Keep a copy" in said.getvalue()
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
