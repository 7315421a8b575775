"""What real packages have been seen to hold: each is read for what is meant, or told of in one clear sentence."""

import zipfile
from pathlib import Path

import pytest

from roster_fetcher.findings import Notes
from roster_fetcher.ledger import Entry
from roster_fetcher.patience import Patience
from roster_fetcher.roster import User
from roster_fetcher.sources.oneroster import wire
from roster_fetcher.sources.oneroster.mapping import CLASSES, ENROLLMENTS, ORGS, SESSIONS, USERS
from roster_fetcher.sources.oneroster_csv import open_source
from roster_fetcher.sources.oneroster_csv.mapping import CsvSchoolMapping
from roster_fetcher.sources.protocol import Opening, Page

from ..support.csv_packages import FILES, USERS_HEADER, rows_of, trouble_with, zip_package

ROLES = "sourcedId,userSourcedId,roleType,role,orgSourcedId\nr-1,u-1,primary,student,o-1\n"
USERS_12 = "sourcedId,enabledUser,username,givenName,familyName\nu-1,true,,Zoë,Nuñez\nu-2,true,ada,Ada,Rossi\n"
PROFILES = (
    "sourcedId,status,userSourcedId,profileType,vendorId,applicationId,description,credentialType,username,password\n"
    "p-0,tobedeleted,u-1,lms,v,a,,LDAP,old,x\np-1,,u-1,lms,v,a,,LDAP,,x\np-2,,u-1,lms,v,a,,LDAP,zoe,x\n"
    "p-3,,u-1,mail,v,a,,SAML,zoe2,x\np-4,,u-2,lms,v,a,,LDAP,ada2,x\n"
)


def damaged(folder: Path, flag: int) -> Path:
    """A package whose zip file has these flags set on every file."""
    data = bytearray(zip_package(folder / "p.zip", FILES).read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= flag
            at = data.find(signature, at + 4)
    (folder / "p.zip").write_bytes(data)
    return folder / "p.zip"


async def test_a_column_that_is_often_misspelt_is_read_for_what_is_meant_and_noted(tmp_path: Path) -> None:
    users = USERS_HEADER.rstrip() + ',agents\nu-1,,,true,o-1,student,zoe,Zoë,Nuñez,"g-1,g-2"\n'
    entry = Entry(*USERS)
    (row,) = await rows_of(zip_package(tmp_path / "p.zip", FILES | {"users": users}), USERS, entry)
    assert isinstance(row, wire.User)
    assert row.agent_sourced_ids == "g-1,g-2"
    assert entry.quirks == ["users.csv: the column agents is read as agentSourcedIds"]


async def test_a_needed_column_that_is_misspelt_is_named_with_what_stands_there(tmp_path: Path) -> None:
    users = "sourcedId,givenName,familyName,role,orgSourcedId\nu-1,Zoë,Nuñez,student,o-1\n"
    trouble = await trouble_with(zip_package(tmp_path / "p.zip", FILES | {"users": users}))
    assert trouble.code == "CSV_HEADER_INVALID"
    assert "users.csv has no column orgSourcedIds (it has orgsourcedid)" in str(trouble)


async def test_an_unknown_column_is_let_be(tmp_path: Path) -> None:
    users = "userId," + FILES["users"].replace("\nu-1", "\nx,u-1")
    (row,) = await rows_of(zip_package(tmp_path / "p.zip", FILES | {"users": users}), USERS)
    assert isinstance(row, wire.User)
    assert row.sourced_id == "u-1"


@pytest.mark.parametrize(("separator", "says"), [(";", "semicolons"), ("\t", "tabs")])
async def test_another_separator_than_commas_is_named(tmp_path: Path, separator: str, says: str) -> None:
    files = FILES | {"users": FILES["users"].replace(",", separator)}
    trouble = await trouble_with(zip_package(tmp_path / "p.zip", files))
    assert trouble.code == "CSV_HEADER_INVALID"
    assert f"users.csv has {says} between its fields" in str(trouble)


async def test_lines_that_end_as_on_old_computers_are_not_taken_for_an_empty_file(tmp_path: Path) -> None:
    files = FILES | {"users": FILES["users"].replace("\n", "\r")}
    trouble = await trouble_with(zip_package(tmp_path / "p.zip", files))
    assert (trouble.code, "users.csv" in str(trouble)) == ("CSV_ENCODING", True)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (FILES["users"].encode("utf-16"), "users.csv is not UTF-8, in its header"),
        (FILES["users"].encode() + b"u-2,,,true,o-1,student,kim,Ki\xe4,Lee\n", "users.csv is not UTF-8, about row 2"),
        (FILES["users"].encode() + b'u-2,,,true,o-1,student,kim,"Ki"x,Lee\n', "do not match, about row 2"),
        (FILES["users"].encode() + b'u-2,,,true,o-1,student,kim,"Ki,Lee\n', "do not match, about row 2"),
    ],
)
async def test_what_is_no_csv_in_utf8_is_told_with_file_and_row(tmp_path: Path, content: bytes, says: str) -> None:
    trouble = await trouble_with(zip_package(tmp_path / "p.zip", FILES | {"users": content}))
    assert trouble.code == "CSV_ENCODING"
    assert says in str(trouble)


async def test_a_quote_that_is_never_closed_does_not_fill_the_memory(tmp_path: Path) -> None:
    users = FILES["users"] + 'u-2,,,true,o-1,student,kim,"Kim\n' + "x" * 5_000_000
    trouble = await trouble_with(zip_package(tmp_path / "p.zip", FILES | {"users": users}))
    assert (trouble.code, "users.csv is opened and never closed" in str(trouble)) == ("CSV_ENCODING", True)


async def test_a_school_year_in_two_years_and_metadata_columns_do_no_harm(tmp_path: Path) -> None:
    sessions = (
        "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear,metadata.x\n"
        "t-1,,,Autumn,term,2026-08-15,2027-01-31,,2026-2027,y\n"
    )
    (row,) = await rows_of(zip_package(tmp_path / "p.zip", FILES | {"academicSessions": sessions}), SESSIONS)
    assert isinstance(row, wire.Session)
    assert (row.title, row.start_date, row.end_date) == ("Autumn", "2026-08-15", "2027-01-31")


async def test_words_in_any_case_and_a_filled_in_status_are_understood(tmp_path: Path) -> None:
    files = FILES | {
        "users": USERS_HEADER + "u-1,Active,2026-11-01T00:00:00Z,TRUE,o-1,Student,zoe,Zoë,Nuñez\n"
        "u-2,ToBeDeleted,2026-11-01T00:00:00Z,FALSE,o-1,student,kim,Kim,Lee\n"
        "u-3,active,2026-11-01T00:00:00Z,FALSE,o-1,STUDENT,ada,Ada,Rossi\n"
    }
    people = await records_of(zip_package(tmp_path / "p.zip", files))
    assert {key: (body.role, body.enabled) for key, body in people.items()} == {
        "u-1": ("student", True),
        "u-3": ("student", False),
    }


async def test_an_unknown_status_counts_as_active_with_a_warning(tmp_path: Path) -> None:
    files = FILES | {"users": USERS_HEADER + "u-1,enrolled,,true,o-1,student,zoe,Zoë,Nuñez\n"}
    notes = Notes("user")
    assert await records_of(zip_package(tmp_path / "p.zip", files), notes)
    assert ("INVALID_STATUS", "u-1", "enrolled") in {(note.code, note.source_key, note.value) for note in notes.items}


async def test_several_values_stand_in_quotes(tmp_path: Path) -> None:
    classes = 'sourcedId,title,schoolSourcedId,termSourcedIds,subjects\nk-1,Maths,o-1,"t-1, t-2","Maths,Physics"\n'
    (row,) = await rows_of(zip_package(tmp_path / "p.zip", FILES | {"classes": classes}), CLASSES)
    assert isinstance(row, wire.Class)
    assert (row.term_sourced_ids, row.subjects, row.terms) == ("t-1, t-2", "Maths,Physics", None)


async def test_a_package_of_files_in_a_folder_made_on_windows_is_read(tmp_path: Path) -> None:
    source = zip_package(tmp_path / "p.zip", FILES)
    with zipfile.ZipFile(source) as opened, zipfile.ZipFile(tmp_path / "w.zip", "w") as other:
        for name in opened.namelist():
            other.writestr(f"Export\\{name.upper()}", opened.read(name))
    assert len(await rows_of(tmp_path / "w.zip", USERS)) == 1


async def test_a_file_that_is_there_twice_is_named(tmp_path: Path) -> None:
    package = zip_package(tmp_path / "p.zip", FILES)
    with zipfile.ZipFile(package, "a") as opened:
        opened.writestr("backup/Users.csv", FILES["users"])
    trouble = await trouble_with(package)
    assert trouble.code == "CSV_MANIFEST_INVALID"
    assert "p.zip has the file Users.csv twice" in str(trouble)


async def test_a_package_with_a_password_is_refused(tmp_path: Path) -> None:
    trouble = await trouble_with(damaged(tmp_path, 0x1))
    assert trouble.code == "CSV_MANIFEST_INVALID"
    assert "p.zip is protected with a password" in str(trouble)


async def test_a_file_called_absent_is_not_read_even_if_it_lies_there(tmp_path: Path) -> None:
    files = FILES | {"courses": "broken"}
    assert await rows_of(zip_package(tmp_path / "p.zip", files, modes={"courses": "absent"}), USERS)


async def test_an_empty_bulk_file_is_read_and_says_that_there_is_nothing(tmp_path: Path) -> None:
    files = FILES | {"enrollments": FILES["enrollments"].splitlines()[0]}
    assert await rows_of(zip_package(tmp_path / "p.zip", files), ENROLLMENTS) == []


async def test_a_user_without_a_name_of_their_own_has_the_first_of_a_profile(tmp_path: Path) -> None:
    files = FILES | {"users": USERS_12, "roles": ROLES, "userProfiles": PROFILES}
    rows = await rows_of(zip_package(tmp_path / "p.zip", files, version="1.2"), USERS)
    assert [row.username for row in rows if isinstance(row, wire.User)] == ["zoe", "ada"]


async def test_users_are_understood_anew_when_their_roles_or_profiles_change(tmp_path: Path) -> None:
    files = FILES | {"users": USERS_12, "roles": ROLES, "userProfiles": PROFILES}
    changes = [{}, {"roles": ROLES.replace("student", "teacher")}, {"userProfiles": PROFILES.replace("zoe", "nova")}]
    contexts = [
        await context_of(zip_package(tmp_path / f"{number}.zip", files | change, version="1.2"))
        for number, change in enumerate([*changes, {}])
    ]
    assert len({*contexts}) == 3
    assert contexts[0] == contexts[3]


async def context_of(package: Path) -> bytes | None:
    """What users are understood by."""
    async with open_source(Opening({"path": str(package)}, {}, Patience())) as source:
        reader = source.school("o-1")
        for each in reader.endpoints[:-1]:
            async for page in reader.pages(each, Entry(*each), ()):
                reader.decode(each, page)
        return reader.mapping.context(USERS)


async def records_of(package: Path, notes: Notes | None = None) -> dict[str, User]:
    """The people that the users of a package come to at school o-1."""
    mapping, people = CsvSchoolMapping("o-1"), dict[str, User]()
    for endpoint in (ORGS, USERS):
        convert = mapping.converter(endpoint, Page(b"", b"", 1, 0), set())
        for row in await rows_of(package, endpoint):
            records = convert(row, notes or Notes("user")) or ()
            people.update((key, body) for key, body in records if isinstance(body, User))
        mapping.ended(endpoint, complete=True)
    return people
