"""docker-compose.yml and deploy/Dockerfile agree with the services: settings, commands, ports, health, metrics.

No container engine is needed: both files are parsed and held against the code.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import typer
import yaml
from aiohttp import web
from fastapi.routing import APIRoute
from pydantic_settings import BaseSettings

from common.health import Health, health_app
from dashboard_api.api.health import router as dashboard_health
from dashboard_api.cli.district_file import load

REPOSITORY = Path(__file__).resolve().parents[1]
SERVICES = {
    "scheduler": "scheduler",
    "roster-fetcher": "roster_fetcher",
    "moodle-sync": "moodle_sync",
    "notifier": "notifier",
    "dashboard-api": "dashboard_api",
}
SIMULATORS = ("oneroster-sim", "moodle-sim", "mail-sim")
PREFIX = "ROSTERBUS_"
# What an operator who fills in only what is demanded would enter.
SAMPLE = {"ROSTERBUS_SECRET_KEY": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}

each_service = pytest.mark.parametrize("service", SERVICES)


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text()))


@pytest.fixture(scope="module")
def dockerfile() -> list[tuple[str, str]]:
    return instructions((REPOSITORY / "deploy" / "Dockerfile").read_text())


def instructions(text: str) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile in order, each with its arguments on one line; comments left out."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in joined.splitlines())]


def arguments(dockerfile: list[tuple[str, str]], instruction: str) -> list[str]:
    return [rest for word, rest in dockerfile if word == instruction]


def image_environment(dockerfile: list[tuple[str, str]]) -> dict[str, str]:
    """ENV of the last stage."""
    last_stage = dockerfile[max(i for i, (word, _) in enumerate(dockerfile) if word == "FROM") :]
    words = [word for rest in arguments(last_stage, "ENV") for word in shlex.split(rest)]
    return dict(word.split("=", 1) for word in words)


def interpolated(value: str) -> str:
    """The value with its variables replaced by their defaults, or by a sample where one is demanded."""

    def replace(match: re.Match[str]) -> str:
        default = match["default"]
        return SAMPLE.get(match["name"], "sample") if default is None else default

    return re.sub(r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*)|:\?[^}]*)\}", replace, value)


def environment(compose: dict[str, Any], dockerfile: list[tuple[str, str]], service: str) -> dict[str, str]:
    """The variables of ours that the service finds, the composition's going before the image's."""
    given = {**image_environment(dockerfile), **compose["services"][service]["environment"]}
    return {name: interpolated(str(value)) for name, value in given.items() if name.startswith(PREFIX)}


def settings_of(service: str) -> type[BaseSettings]:
    module = importlib.import_module(f"{SERVICES[service]}.settings")
    settings: type[BaseSettings] = module.Settings
    return settings


def test_the_five_services_are_there(compose: dict[str, Any]) -> None:
    built = {name for name, service in compose["services"].items() if "build" in service}

    demo = {name for name in built if compose["services"][name].get("profiles") == ["demo"]}
    assert demo == {*SIMULATORS, "demo-district"}
    assert built == {*SERVICES, *demo}


@each_service
def test_a_service_s_command_is_its_package(compose: dict[str, Any], service: str) -> None:
    package = SERVICES[service]

    assert compose["services"][service]["command"] == ["python", "-m", package]
    assert compose["services"][service]["build"]["args"] == {"SERVICE": service}
    assert importlib.util.find_spec(f"{package}.__main__") is not None
    assert (REPOSITORY / "services" / service / package).is_dir()


@each_service
def test_a_service_is_given_the_settings_that_it_knows(
    compose: dict[str, Any], dockerfile: list[tuple[str, str]], service: str
) -> None:
    known = {PREFIX + name.upper() for name in settings_of(service).model_fields}

    assert set(environment(compose, dockerfile, service)) <= known


@each_service
def test_a_service_starts_with_the_settings_that_it_is_given(
    compose: dict[str, Any], dockerfile: list[tuple[str, str]], service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(compose, dockerfile, service).items():
        monkeypatch.setenv(name, value)

    settings = settings_of(service)()

    assert settings.model_dump()["http_host"] == "0.0.0.0"


@each_service
def test_all_look_for_a_service_at_the_port_where_it_listens(
    compose: dict[str, Any], dockerfile: list[tuple[str, str]], service: str
) -> None:
    port = int(environment(compose, dockerfile, service)["ROSTERBUS_HTTP_PORT"])
    (scraped,) = prometheus_job("rosterbus")["dns_sd_configs"]

    assert arguments(dockerfile, "EXPOSE") == [str(port)]
    assert scraped["port"] == port
    assert service in scraped["names"]
    for published in compose["services"][service].get("ports", []):
        assert published.split(":")[-1] == str(port)


def prometheus_job(name: str) -> dict[str, Any]:
    jobs = yaml.safe_load((REPOSITORY / "deploy" / "prometheus" / "prometheus.yml").read_text())["scrape_configs"]
    return dict(next(job for job in jobs if job["job_name"] == name))


def test_the_health_check_and_prometheus_ask_for_addresses_that_every_service_serves(
    dockerfile: list[tuple[str, str]],
) -> None:
    (check,) = arguments(dockerfile, "HEALTHCHECK")
    asked = {"/metrics", *re.findall(r"'(/\w+)'", check)}

    assert len(asked) == 2
    assert asked <= paths(health_app(Health()))
    assert asked <= {route.path for route in dashboard_health.routes if isinstance(route, APIRoute)}


def paths(app: web.Application) -> set[str]:
    return {resource.canonical for resource in app.router.resources()}


def test_the_image_is_for_any_service_and_does_not_run_as_root(dockerfile: list[tuple[str, str]]) -> None:
    assert arguments(dockerfile, "ARG").count("SERVICE") == 2, "an argument ends with its stage"
    assert arguments(dockerfile, "USER")[-1] not in ("", "root", "0")
    assert len(arguments(dockerfile, "FROM")) == 2


@pytest.mark.parametrize("simulator", SIMULATORS)
def test_a_simulator_takes_the_options_that_it_is_given(compose: dict[str, Any], simulator: str) -> None:
    _, _, module, *options = compose["services"][simulator]["command"]
    app = typer.Typer()
    app.command()(importlib.import_module(f"{module}.__main__").main)

    typer.main.get_command(app).make_context(simulator, options)


def test_the_demo_s_district_leads_to_the_simulators(compose: dict[str, Any]) -> None:
    environment = compose["services"]["demo-district"]["environment"]

    declared = load(REPOSITORY / "deploy" / "demo" / "district.yaml", environment)

    for part, simulator in (("source", "oneroster-sim"), ("target", "moodle-sim")):
        address = urlsplit(declared[part]["base_url"])
        assert address.hostname == simulator
        assert str(address.port) in compose["services"][simulator]["command"]
    assert declared["target"]["token"] in compose["services"]["moodle-sim"]["command"]


def test_mounted_files_exist(compose: dict[str, Any]) -> None:
    mounted = [
        volume.split(":")[0] for service in compose["services"].values() for volume in service.get("volumes", [])
    ]

    for place in mounted:
        if place.startswith("./deploy/"):
            assert (REPOSITORY / place).exists(), place


def test_rabbitmq_listens_where_the_others_look_for_it(compose: dict[str, Any]) -> None:
    lines = (REPOSITORY / "deploy" / "rabbitmq" / "rabbitmq.conf").read_text().splitlines()
    configuration = dict(line.split(" = ", 1) for line in lines if " = " in line and not line.startswith("#"))

    assert f"@rabbitmq:{configuration['listeners.tcp.default']}/" in compose["x-environment"]["ROSTERBUS_AMQP_URL"]
    (target,) = prometheus_job("rabbitmq")["static_configs"]
    assert target["targets"] == [f"rabbitmq:{configuration['prometheus.tcp.port']}"]
    plugins = (REPOSITORY / "deploy" / "rabbitmq" / "enabled_plugins").read_text()
    assert {"rabbitmq_management", "rabbitmq_prometheus"} <= set(re.findall(r"\w+", plugins))


def test_the_example_of_the_environment_file_names_every_variable(compose: dict[str, Any]) -> None:
    named = set(re.findall(r"\$\{(\w+):\?", json.dumps(compose)))
    example = (REPOSITORY / ".env.example").read_text()

    assert named == {"POSTGRES_PASSWORD", "RABBITMQ_PASSWORD", "GRAFANA_PASSWORD", "ROSTERBUS_SECRET_KEY"}
    assert all(f"\n{name}=" in example for name in named)


def test_alerts_and_the_grafana_dashboard_use_metrics_that_exist() -> None:
    deploy = REPOSITORY / "deploy"
    used_in = (deploy / "prometheus" / "alerts.yml", deploy / "grafana" / "dashboards" / "rosterbus.json")
    used = {name for file in used_in for name in re.findall(r"rosterbus_\w+", file.read_text())}
    sources = [*REPOSITORY.glob("libs/*/*/**/*.py"), *REPOSITORY.glob("services/*/*/**/*.py")]
    declared = {name for file in sources for name in re.findall(r'"(rosterbus_\w+)"', file.read_text())}

    assert used - {name + suffix for name in declared for suffix in ("", "_bucket")} == set()
