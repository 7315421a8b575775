"""The rules that keep the code apart and small, held against every file. CONTRIBUTING.md says why they are."""

import ast
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo

from common.settings import CommonSettings

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


def imported(file: Path) -> Iterator[str]:
    """The full names of the modules, and of what is taken from them, that a file imports."""
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


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


def test_only_settings_read_the_environment() -> None:
    def reads(node: ast.AST) -> bool:
        match node:
            case ast.Attribute(value=ast.Name(id="os"), attr="environ" | "environb" | "getenv" | "getenvb"):
                return True
            case ast.ImportFrom(module="os", names=names):
                return any(alias.name in ("environ", "getenv") for alias in names)
            case ast.ClassDef(bases=bases):
                return any(isinstance(base, ast.Name) and base.id == "BaseSettings" for base in bases)
        return False

    found = [
        f for f in python_files(COMMON, SIMULATORS, LOCAL, *SERVICES.values()) if any(map(reads, ast.walk(parsed(f))))
    ]
    exempt = tuple(MAY_READ_THE_ENVIRONMENT)
    assert [name(f) for f in found if f.name != "settings.py" and not any(map(f.is_relative_to, exempt))] == []


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
    settings: type[CommonSettings] = import_module(f"{SERVICES[service].name}.settings").Settings
    wanted = {
        f"ROSTERBUS_{name.upper()}": (default_of(field), field.description)
        for name, field in settings.model_fields.items()
    }
    assert settings_table(ROOT / "services" / service / "README.md") == wanted


def settings_table(readme: Path) -> dict[str, tuple[str, str]]:
    """The rows of a README that begin with a ROSTERBUS_ variable: default and meaning, by variable."""
    rows = [
        line.strip().strip("|").split("|")
        for line in readme.read_text().splitlines()
        if line.startswith("| `ROSTERBUS_")
    ]
    cells = [[cell.strip() for cell in row] for row in rows]
    return {
        variable.strip("`"): (default.strip("`").removesuffix(".0"), meaning) for variable, default, meaning in cells
    }


def default_of(field: FieldInfo) -> str:
    """A default as the READMEs write it."""
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True)
    if hasattr(default, "get_secret_value"):
        default = default.get_secret_value()
    if isinstance(default, tuple):
        default = ",".join(default)
    return str(default).removesuffix(".0") or "empty"


def test_every_module_of_common_has_at_least_two_users() -> None:
    modules = [f.relative_to(COMMON.parent).with_suffix("") for f in python_files(COMMON) if f.name != "__init__.py"]
    names = {".".join(module.parts) for module in modules if "testing" not in module.parts}
    users = dict.fromkeys(names, 0)
    for file in python_files(COMMON, *SERVICES.values(), LOCAL) + [ROOT / "conftest.py"]:
        used = {
            module for module in names for found in imported(file) if found == module or found.startswith(f"{module}.")
        }
        for module in used:
            users[module] += 1
    few = {module.removeprefix("common.") for module, count in users.items() if count < 2}
    assert few == set(FEW_USERS)


def test_the_readme_of_common_lists_every_module() -> None:
    readme = (COMMON.parent / "README.md").read_text()
    listed = {line.split("`")[1] for line in readme.splitlines() if line.startswith("| `")}
    modules = {f.stem for f in COMMON.glob("*.py") if f.name != "__init__.py"}
    assert listed == modules | {
        f"testing.{f.stem}" for f in (COMMON / "testing").glob("*.py") if f.name != "__init__.py"
    }
