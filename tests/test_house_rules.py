"""The rules that keep the code apart and small, held against every file. CONTRIBUTING.md says why they are."""

import ast
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from pydantic import SecretStr
from pydantic.fields import FieldInfo

ROOT = Path(__file__).parents[1]
COMMON = ROOT / "libs" / "common" / "common"
SIMULATORS = ROOT / "libs" / "simulators" / "simulators"
LOCAL = ROOT / "deploy" / "local" / "rosterbus_local"
SERVICES = {folder.name: folder / folder.name.replace("-", "_") for folder in sorted((ROOT / "services").iterdir())}
SOURCES = ("libs", "services", "deploy", "tests", "bench")
NOT_OURS = {"node_modules", "vendor", "__pycache__"}

MOST_LINES = 350
VAGUE = {"utils", "util", "helpers", "misc", "base", "core", "manager", "common_utils"}
MAY_READ_THE_ENVIRONMENT = {
    SERVICES["dashboard-api"] / "cli": "a person's command line: it finds the dashboard, a key and named secrets there",
    LOCAL: "it starts processes and makes their environment",
    COMMON / "testing" / "forked.py": "it makes the environment of the commands that it runs",
}
FEW_USERS = {
    "docs": "a command of its own: `make docs`",
    "asyncapi": "the second page of that command",
}
"""Modules of common that no two others import, and why they are in common all the same."""


def python_files(*folders: Path) -> list[Path]:
    return [file for folder in folders for file in sorted(folder.rglob("*.py")) if not NOT_OURS & set(file.parts)]


ALL_PYTHON = python_files(*(ROOT / name for name in SOURCES))


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


@cache
def imported(file: Path) -> set[str]:
    """The full names of the modules, and of what is taken from them, that a file imports."""
    names: set[str] = set()
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def packages_imported(file: Path) -> set[str]:
    return {name.partition(".")[0] for name in imported(file)}


def offenders(files: list[Path], forbidden: set[str]) -> list[str]:
    return [f"{name(file)}: {found}" for file in files if (found := packages_imported(file) & forbidden)]


def name(file: Path) -> str:
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_imports_no_other_service_and_nothing_that_only_tests_have(service: str) -> None:
    others = {package.name for other, package in SERVICES.items() if other != service}
    assert offenders(python_files(SERVICES[service]), others | {"simulators", "rosterbus_local", "bench"}) == []


def test_common_imports_no_service_no_simulator_and_no_deployment() -> None:
    services = {package.name for package in SERVICES.values()}
    assert offenders(python_files(COMMON), services | {"simulators", "rosterbus_local", "bench"}) == []


def test_the_simulators_stand_alone() -> None:
    services = {package.name for package in SERVICES.values()}
    assert offenders(python_files(SIMULATORS), services | {"common", "rosterbus_local", "bench"}) == []


def test_what_common_gives_to_tests_is_imported_by_tests_only() -> None:
    production = [file for file in python_files(COMMON, *SERVICES.values()) if "testing" not in file.parts]
    assert [name(file) for file in production if any(n.startswith("common.testing") for n in imported(file))] == []


def reads_the_environment(file: Path) -> bool:
    for node in ast.walk(parsed(file)):
        match node:
            case ast.Attribute(value=ast.Name(id="os"), attr="environ" | "environb" | "getenv" | "getenvb"):
                return True
            case ast.ImportFrom(module="os", names=names) if {"environ", "getenv"} & {alias.name for alias in names}:
                return True
            case ast.ClassDef(bases=bases) if "BaseSettings" in map(ast.unparse, bases):
                return True
    return False


def test_only_settings_read_the_environment() -> None:
    exempt = tuple(MAY_READ_THE_ENVIRONMENT)
    files = [f for f in python_files(COMMON, SIMULATORS, LOCAL, *SERVICES.values()) if f.name != "settings.py"]
    reading = [file for file in files if reads_the_environment(file)]
    assert [name(file) for file in reading if not any(map(file.is_relative_to, exempt))] == []
    assert [name(place) for place in exempt if not any(file.is_relative_to(place) for file in reading)] == []


def loses_cancellations(file: Path) -> bool:
    waits = [n for n in ast.walk(parsed(file)) if isinstance(n, ast.Attribute) and n.attr == "wait_for"]
    return any(isinstance(wait.value, ast.Name) and wait.value.id == "asyncio" for wait in waits)


def test_nothing_waits_in_a_way_that_can_lose_a_cancellation() -> None:
    """In Python 3.11 `asyncio.wait_for` swallows a cancellation that meets its result; `asyncio.timeout` does not."""
    files = python_files(COMMON, SIMULATORS, LOCAL, *SERVICES.values())
    assert [name(file) for file in files if loses_cancellations(file)] == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [name(file) for file in ALL_PYTHON if {file.stem, file.parent.name} & VAGUE] == []


def test_no_file_is_longer_than_can_be_overlooked() -> None:
    written = [
        file
        for source in SOURCES
        for kind in ("*.py", "*.sql", "*.html", "*.css", "*.js", "*.sh")
        for file in sorted((ROOT / source).rglob(kind))
        if not NOT_OURS & set(file.parts)
    ]
    lengths = {name(file): len(file.read_text().splitlines()) for file in written}
    assert {file: lines for file, lines in lengths.items() if lines > MOST_LINES} == {}


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_says_in_its_readme_what_it_is(service: str) -> None:
    readme = (ROOT / "services" / service / "README.md").read_text()
    assert readme.startswith(f"# {service}\n")
    for word in ("## Settings", "takes", "tells"):
        assert word in readme


@pytest.mark.parametrize("service", SERVICES)
def test_the_table_of_settings_in_a_services_readme_is_current(service: str) -> None:
    fields = import_module(f"{SERVICES[service].name}.settings").Settings.model_fields
    current = {f"ROSTERBUS_{key.upper()}": (default_of(field), field.description) for key, field in fields.items()}
    assert settings_table((ROOT / "services" / service / "README.md").read_text()) == current


def settings_table(readme: str) -> dict[str, tuple[str, str]]:
    """Default and meaning by variable, from the rows of a README that begin with a ROSTERBUS_ variable."""
    rows = [line.strip("|").split("|") for line in readme.splitlines() if line.startswith("| `ROSTERBUS_")]
    return {key.strip(" `"): (default.strip(" `").removesuffix(".0"), what.strip()) for key, default, what in rows}


def default_of(field: FieldInfo) -> str:
    """A default as the READMEs write it."""
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True)
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if isinstance(default, tuple):
        default = ",".join(default)
    return str(default).removesuffix(".0") or "empty"


def modules_of_common() -> set[str]:
    """Their names without `common.`, such as `outbox` and `testing.probe`."""
    files = [file.relative_to(COMMON).with_suffix("") for file in python_files(COMMON) if file.name != "__init__.py"]
    return {".".join(file.parts) for file in files}


def users_of(module: str) -> list[Path]:
    files = [*python_files(COMMON, LOCAL, *SERVICES.values()), ROOT / "conftest.py"]
    return [file for file in files if any(f"{found}.".startswith(f"common.{module}.") for found in imported(file))]


def test_every_module_of_common_has_at_least_two_users() -> None:
    modules = {module for module in modules_of_common() if not module.startswith("testing.")}
    assert {module for module in modules if len(users_of(module)) < 2} == set(FEW_USERS)


def test_the_readme_of_common_lists_every_module() -> None:
    readme = (COMMON.parent / "README.md").read_text()
    assert {line.split("`")[1] for line in readme.splitlines() if line.startswith("| `")} == modules_of_common()
