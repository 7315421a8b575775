"""OneRoster CSV packages are written after the standard and read leniently."""

import csv
import io
import zipfile
from pathlib import Path

import msgspec
import pytest

from simulators.generate import (
    District,
    PackageError,
    Quirks,
    generate,
    read_csv_package,
    write_csv_package,
)


@pytest.fixture(scope="module")
def district() -> District:
    return generate(seed=9, schools=2, students_per_school=60, quirks=Quirks.one_of_each())


def _header(path: Path, name: str) -> list[str]:
    with zipfile.ZipFile(path) as package:
        return next(csv.reader(io.StringIO(package.read(f"{name}.csv").decode("utf-8-sig"))))


def _package(path: Path, **files: str) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        for name, text in files.items():
            package.writestr(f"{name}.csv", text)
    return path


def _as_read(district: District, version: str) -> District:
    """What a reader must find again: role ids and 1.1's fewer roles are the package's own."""
    return msgspec.structs.replace(district, version=version, findings={}, users=[])


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize("bom", [False, True], ids=["plain", "with a byte order mark"])
def test_what_was_written_is_read_again(tmp_path: Path, district: District, version: str, bom: bool) -> None:
    write_csv_package(district, tmp_path / "district.zip", version, bom=bom)

    again = read_csv_package(tmp_path / "district.zip")

    assert _as_read(again, version) == _as_read(district, version)
    assert len(again.users) == len(district.users)


def test_version_1_2_keeps_every_role(tmp_path: Path, district: District) -> None:
    write_csv_package(district, tmp_path / "district.zip", "1.2")

    again = read_csv_package(tmp_path / "district.zip")

    for ours, read in zip(district.users, again.users, strict=True):
        if ours.id not in district.findings["repeated_user"]:
            assert [(r.role, r.org_id) for r in read.roles] == [(r.role, r.org_id) for r in ours.roles]
        assert msgspec.structs.replace(read, roles=ours.roles) == ours


def test_version_1_1_knows_one_kind_of_administrator(tmp_path: Path, district: District) -> None:
    write_csv_package(district, tmp_path / "district.zip", "1.1")

    again = read_csv_package(tmp_path / "district.zip")

    roles = {role.role.lower() for user in again.users for role in user.roles}
    assert roles == {"administrator", "parent", "student", "teacher"}


def test_the_standard_columns_come_in_the_standard_order(tmp_path: Path, district: District) -> None:
    write_csv_package(district, tmp_path / "district.zip", "1.1")

    assert ",".join(_header(tmp_path / "district.zip", "users")) == (
        "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,"
        "middleName,identifier,email,sms,phone,agentSourcedIds,grades,password"
    )
    assert ",".join(_header(tmp_path / "district.zip", "enrollments")) == (
        "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate"
    )


def test_the_manifest_says_which_files_there_are(tmp_path: Path, district: District) -> None:
    write_csv_package(district, tmp_path / "district.zip", "1.2")
    with zipfile.ZipFile(tmp_path / "district.zip") as package:
        manifest = package.read("manifest.csv").decode().splitlines()
        bulk = {line.removeprefix("file.").partition(",")[0] for line in manifest if line.endswith(",bulk")}

        assert manifest[:3] == ["propertyName,value", "manifest.version,1.0", "oneroster.version,1.2"]
        assert {f"{name}.csv" for name in bulk} | {"manifest.csv"} == set(package.namelist())


def test_the_same_district_gives_the_same_bytes(tmp_path: Path, district: District) -> None:
    write_csv_package(district, tmp_path / "one.zip")
    write_csv_package(district, tmp_path / "two.zip")

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_status_and_date_can_be_left_blank(tmp_path: Path, district: District) -> None:
    write_csv_package(district, tmp_path / "district.zip", blank_status=True)

    again = read_csv_package(tmp_path / "district.zip")

    assert {(user.status, user.modified) for user in again.users} == {("", "")}


def test_columns_are_found_by_name_whatever_their_order_and_case(tmp_path: Path) -> None:
    path = _package(
        tmp_path / "odd.zip", orgs='NAME,Type,sourcedid,colour,metadata.phase\n"Oak, North",school,o 1,red,\n'
    )

    org = read_csv_package(path).orgs[0]

    assert (org.id, org.name, org.kind, org.identifier, org.metadata) == (
        "o 1",
        "Oak, North",
        "school",
        "",
        {"phase": ""},
    )


def test_several_values_in_one_column_are_separated(tmp_path: Path) -> None:
    users = (
        "sourcedId,givenName,familyName,orgSourcedIds,role,userIds,agentSourcedIds\n"
        'u,Zoë,Nuñez,"a, b",student,"{LDAP:zoe},{Fed:7:7}","p,q"\n'
    )
    user = read_csv_package(_package(tmp_path / "users.zip", users=users)).users[0]

    assert [(role.role, role.org_id) for role in user.roles] == [("student", "a"), ("student", "b")]
    assert [(known.kind, known.value) for known in user.user_ids] == [("LDAP", "zoe"), ("Fed", "7:7")]
    assert user.agent_ids == ("p", "q")


def test_files_in_a_folder_and_missing_files_do_no_harm(tmp_path: Path) -> None:
    path = _package(tmp_path / "folder.zip", **{"export/orgs": "sourcedId,name,type\no,Oak,school\n"})

    district = read_csv_package(path)

    assert [org.name for org in district.orgs] == ["Oak"]
    assert district.users == []


def test_metadata_columns_come_last_and_are_kept(tmp_path: Path, district: District) -> None:
    orgs = [msgspec.structs.replace(district.orgs[0], metadata={"region": "north"}), *district.orgs[1:]]
    write_csv_package(msgspec.structs.replace(district, orgs=orgs), tmp_path / "district.zip")

    assert _header(tmp_path / "district.zip", "orgs")[-1] == "metadata.region"
    assert read_csv_package(tmp_path / "district.zip").orgs[0].metadata == {"region": "north"}


def test_a_delta_package_is_refused(tmp_path: Path) -> None:
    path = _package(tmp_path / "delta.zip", manifest="propertyName,value\nfile.users,delta\n")

    with pytest.raises(PackageError, match=r"file\.users"):
        read_csv_package(path)


def test_a_file_that_is_no_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.zip").write_text("no zip")

    with pytest.raises(PackageError, match="not a zip file"):
        read_csv_package(tmp_path / "notes.zip")
