"""OneRoster CSV packages, good and bad: each fault gives one sentence that names the file, the column or the row."""

import zipfile
from pathlib import Path

import pytest

from roster_fetcher.ledger import Entry
from roster_fetcher.patience import Patience
from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.mapping import ENROLLMENTS, ORGS, USERS
from roster_fetcher.sources.oneroster_csv import open_source
from roster_fetcher.sources.oneroster_csv.blocks import end_of_rows
from roster_fetcher.sources.oneroster_csv.mapping import ROLES
from roster_fetcher.sources.protocol import Opening

from ..support.csv_packages import FILES, rows_of, trouble_with
from ..support.north import write_package


async def test_columns_are_found_by_name_whatever_their_order_and_case(tmp_path: Path) -> None:
    files = FILES | {"enrollments": "\ufeffRole, USERSourcedId,classSourcedId,sourcedID\r\nstudent,u-1,k-1,e-1\r\n\r\n"}
    (row,) = await rows_of(write_package(tmp_path / "package", files), ENROLLMENTS)
    assert isinstance(row, wire.Enrollment)
    assert (row.sourced_id, row.class_sourced_id, row.user_sourced_id, row.role) == ("e-1", "k-1", "u-1", "student")
    assert row.begin_date == ""


async def test_quoted_fields_may_hold_commas_quotes_and_line_ends(tmp_path: Path) -> None:
    files = FILES | {"orgs": 'sourcedId,name,type\no-1,"Hill ""Top"",\nnorth",school\n'}
    (row,) = await rows_of(write_package(tmp_path / "package", files), ORGS)
    assert isinstance(row, wire.Org)
    assert row.name == 'Hill "Top",\nnorth'


async def test_a_zip_is_read_like_a_folder_also_with_a_folder_within(tmp_path: Path) -> None:
    folder = write_package(tmp_path / "package", FILES)
    with zipfile.ZipFile(tmp_path / "package.zip", "w") as package:
        for file in folder.iterdir():
            package.write(file, f"export/{file.name}")
            package.writestr(f"__MACOSX/export/._{file.name}", b"shadow")
    assert await rows_of(tmp_path / "package.zip", USERS) == await rows_of(folder, USERS)


async def test_roles_of_1_2_stand_in_a_file_of_their_own(tmp_path: Path) -> None:
    files = FILES | {
        "users": "sourcedId,givenName,familyName\nu-1,Zoë,Nuñez\nu-2,Ada,Rossi\n",
        "roles": "sourcedId,userSourcedId,roleType,role,orgSourcedId\n"
        "r-1,u-2,primary,teacher,o-1\nr-2,u-1,primary,student,o-1\nr-3,u-2,secondary,parent,o-2\n",
    }
    rows = await rows_of(write_package(tmp_path / "package", files, version="1.2"), USERS)
    held = {
        row.sourced_id: [(r.role, r.org_sourced_id) for r in row.roles or ()]
        for row in rows
        if isinstance(row, wire.User)
    }
    assert held == {"u-1": [("student", "o-1")], "u-2": [("teacher", "o-1"), ("parent", "o-2")]}


async def test_a_row_with_the_wrong_number_of_fields_stands_alone(tmp_path: Path) -> None:
    files = FILES | {"users": FILES["users"] + "u-2,,,true,o-1\n" + "u-3,,,true,o-1,student,kim,Kim,Lee\n"}
    rows = await rows_of(write_package(tmp_path / "package", files), USERS)
    assert [type(row) for row in rows] == [wire.User, wire.Malformed, wire.User]


async def test_large_files_come_in_pages_of_whole_rows(tmp_path: Path) -> None:
    lines = "".join(f'e-{n},,,k-1,o-1,"u-{n}",student\n' for n in range(30_000))
    files = FILES | {"enrollments": FILES["enrollments"].splitlines()[0] + "\n" + lines}
    path = write_package(tmp_path / "package", files)
    async with open_source(Opening({"path": str(path)}, {}, Patience())) as source:
        reader, entry = source.school("o-1"), Entry(*ENROLLMENTS)
        pages = [(page.first, page.received) async for page in reader.pages(ENROLLMENTS, entry, ())]
    assert entry.pages == len(pages) > 2
    assert sum(received for _, received in pages) == 30_000
    assert pages[1][0] == pages[0][1] + 1


@pytest.mark.parametrize(
    ("data", "end"),
    [(b"a,b\nc", 4), (b'a,"b\nc', 0), (b'a,"b\nc"\nd', 8), (b'"a""b"\n"x', 7), (b"abc", 0), (b"", 0)],
)
def test_a_block_ends_behind_a_whole_row(data: bytes, end: int) -> None:
    assert end_of_rows(data) == end


async def test_a_path_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    trouble = await trouble_with(tmp_path / "gone.zip")
    assert trouble.code == "SOURCE_UNREACHABLE"
    assert "gone.zip" in str(trouble)


async def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "package.zip").write_text("half an upload")
    assert (await trouble_with(tmp_path / "package.zip")).code == "CSV_MANIFEST_INVALID"


async def test_a_damaged_zip_is_refused(tmp_path: Path) -> None:
    folder = write_package(tmp_path / "package", FILES)
    with zipfile.ZipFile(tmp_path / "package.zip", "w") as package:
        for file in folder.iterdir():
            package.write(file, file.name)
    data = (tmp_path / "package.zip").read_bytes()
    (tmp_path / "package.zip").write_bytes(data.replace("Zoë".encode(), b"Zoey"[:4], 1))
    trouble = await trouble_with(tmp_path / "package.zip")
    assert trouble.code == "SOURCE_BAD_RESPONSE"
    assert "users.csv" in str(trouble)


@pytest.mark.parametrize(
    ("version", "modes", "says"),
    [
        ("2.0", {}, "oneroster.version 2.0"),
        ("1.1", {"users": "partial"}, "must be absent, bulk or delta"),
        ("1.1", {"users": ""}, "calls users.csv nothing"),
        ("1.1", {"courses": "bulk"}, "names courses.csv, but the file is not there"),
    ],
)
async def test_a_manifest_that_cannot_be_used_says_why(
    tmp_path: Path, version: str, modes: dict[str, str], says: str
) -> None:
    trouble = await trouble_with(write_package(tmp_path / "package", FILES, version=version, modes=modes))
    assert trouble.code == "CSV_MANIFEST_INVALID"
    assert says in str(trouble)


async def test_a_package_without_a_manifest_is_refused(tmp_path: Path) -> None:
    folder = write_package(tmp_path / "package", FILES)
    (folder / "manifest.csv").unlink()
    assert (await trouble_with(folder)).code == "CSV_MANIFEST_INVALID"


async def test_a_manifest_that_a_spreadsheet_has_saved_is_read(tmp_path: Path) -> None:
    folder = write_package(tmp_path / "package", FILES)
    manifest = (folder / "manifest.csv").read_text().replace("manifest.version,1.0", "Manifest.Version,1")
    (folder / "manifest.csv").write_text(f"\ufeff{manifest}", encoding="utf-8")
    assert len(await rows_of(folder, USERS)) == 1


@pytest.mark.parametrize("name", ["users", "orgs"])
async def test_a_file_that_is_absent_but_needed_is_named(tmp_path: Path, name: str) -> None:
    trouble = await trouble_with(write_package(tmp_path / "package", FILES, modes={name: "absent"}))
    assert trouble.code == "CSV_FILE_MISSING"
    assert f"{name}.csv" in str(trouble)


async def test_1_2_needs_its_roles(tmp_path: Path) -> None:
    trouble = await trouble_with(write_package(tmp_path / "package", FILES, version="1.2"))
    assert (trouble.code, "roles.csv" in str(trouble)) == ("CSV_FILE_MISSING", True)


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("sourcedId,givenName,familyName,role", "no column orgSourcedIds"),
        ("sourcedId,givenName,familyName,role,orgSourcedIds,ROLE", "role twice"),
        ("", "is empty"),
    ],
)
async def test_a_header_that_cannot_be_used_is_named(tmp_path: Path, header: str, says: str) -> None:
    trouble = await trouble_with(write_package(tmp_path / "package", FILES | {"users": header}))
    assert trouble.code == "CSV_HEADER_INVALID"
    assert "users.csv" in str(trouble)
    assert says in str(trouble)


@pytest.mark.parametrize("row", [b"u-2,,,true,o-1,student,kim,Ki\xe4,Lee\n", b'u-2,,,true,o-1,student,kim,"Ki"x,Lee\n'])
async def test_what_is_no_utf8_or_no_csv_is_refused(tmp_path: Path, row: bytes) -> None:
    folder = write_package(tmp_path / "package", FILES)
    with (folder / "users.csv").open("ab") as file:
        file.write(row)
    trouble = await trouble_with(folder)
    assert trouble.code == "CSV_ENCODING"
    assert "users.csv" in str(trouble)


async def test_the_roles_of_a_package_are_looked_up_by_users_only(tmp_path: Path) -> None:
    files = FILES | {"roles": "userSourcedId,role,orgSourcedId\nu-1,student,o-1\n"}
    assert len(await rows_of(write_package(tmp_path / "package", files, version="1.2"), ROLES)) == 1
