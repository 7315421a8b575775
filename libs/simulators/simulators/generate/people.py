"""Students and staff."""

from simulators.generate.draft import Draft, School
from simulators.generate.families import Families
from simulators.generate.model import Demographics, Role, User, UserId

FIRST_AGE = 5
SEXES = ("female", "male", "female", "male", "female", "male", "unspecified")


def roles_at(draft: Draft, school: School, role: str) -> tuple[Role, ...]:
    """Give a role at the school, and for a few people at a second one, of the same kind where there is one."""
    here = Role(role=role, org_id=school.org.id)
    if len(draft.schools) < 2 or not draft.chance(draft.recipe.two_schools):
        return (here,)
    others = [other for other in draft.schools if other.index != school.index]
    alike = [other for other in others if other.phase == school.phase]
    return here, Role(role=role, org_id=draft.rng.choice(alike or others).org.id)


def add_student(draft: Draft, families: Families, school: School, grade: str) -> User:
    """Add a student with a family and demographics."""
    family = families.find(school.index)
    given = draft.names.given()
    login = draft.names.login(given, family.name)
    student_id = draft.new_id("student", 7)
    student = User(
        id=student_id,
        modified=draft.modified(school.index),
        given_name=given,
        family_name=family.name,
        middle_name=draft.names.middle(),
        roles=roles_at(draft, school, "student"),
        username=login,
        user_ids=(UserId("LDAP", login),),
        identifier=f"9{student_id.removeprefix('student-')}",
        email=f"{login}@{draft.recipe.domain}",
        agent_ids=family.parent_ids,
        grades=(grade,),
    )
    family.child_ids.append(student.id)
    family.school_ids.extend(role.org_id for role in student.roles)
    draft.district.users.append(student)
    _add_demographics(draft, student, grade)
    return student


def _add_demographics(draft: Draft, student: User, grade: str) -> None:
    age = FIRST_AGE if grade == "KG" else FIRST_AGE + int(grade)
    year = draft.recipe.school_year - 1 - age
    birth_date = f"{year}-{draft.rng.randrange(1, 13):02}-{draft.rng.randrange(1, 29):02}"
    draft.district.demographics.append(
        Demographics(id=student.id, modified=student.modified, birth_date=birth_date, sex=draft.rng.choice(SEXES))
    )


def add_teacher(draft: Draft, school: School) -> User:
    """Add a teacher."""
    return _add_staff(draft, "teacher", roles_at(draft, school, "teacher"), school.index)


def add_school_staff(draft: Draft, school: School) -> None:
    """Add a school's principal and administrator."""
    for role in ("principal", "siteAdministrator"):
        _add_staff(draft, "staff", (Role(role=role, org_id=school.org.id),), school.index)


def add_district_staff(draft: Draft) -> None:
    """Add the district's two administrators, who belong to no school."""
    for _ in range(2):
        _add_staff(draft, "staff", (Role(role="districtAdministrator", org_id=draft.district_id),), 0)


def _add_staff(draft: Draft, kind: str, roles: tuple[Role, ...], school_index: int) -> User:
    given, family = draft.names.given(), draft.names.family()
    login = draft.names.login(given, family)
    user_id = draft.new_id(kind)
    member = User(
        id=user_id,
        modified=draft.modified(school_index),
        given_name=given,
        family_name=family,
        roles=roles,
        username=login,
        user_ids=(UserId("LDAP", login),),
        identifier=user_id.upper(),
        email=f"{login}@{draft.recipe.domain}",
        phone=f"555-01{draft.rng.randrange(100):02}",
    )
    draft.district.users.append(member)
    return member
