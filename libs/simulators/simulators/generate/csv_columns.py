"""The columns of OneRoster's CSV files and the fields of our records that they hold.

After OneRoster's CSV binding, versions 1.1 and 1.2. Fields named here hold texts; several values in one column
are separated by commas.
"""

LEAD = {"sourcedId": "id", "status": "status", "dateLastModified": "modified"}

ACADEMIC_SESSIONS = {
    "title": "title",
    "type": "kind",
    "startDate": "starts",
    "endDate": "ends",
    "parentSourcedId": "parent_id",
    "schoolYear": "school_year",
}
ORGS = {"name": "name", "type": "kind", "identifier": "identifier", "parentSourcedId": "parent_id"}
COURSES = {
    "schoolYearSourcedId": "school_year_id",
    "title": "title",
    "courseCode": "code",
    "grades": "grades",
    "orgSourcedId": "org_id",
    "subjects": "subjects",
    "subjectCodes": "subject_codes",
}
CLASSES = {
    "title": "title",
    "grades": "grades",
    "courseSourcedId": "course_id",
    "classCode": "code",
    "classType": "kind",
    "location": "location",
    "schoolSourcedId": "school_id",
    "termSourcedIds": "term_ids",
    "subjects": "subjects",
    "subjectCodes": "subject_codes",
    "periods": "periods",
}
ENROLLMENTS = {
    "classSourcedId": "class_id",
    "schoolSourcedId": "school_id",
    "userSourcedId": "user_id",
    "role": "role",
    "primary": "primary",
    "beginDate": "begins",
    "endDate": "ends",
}
ROLES = {"roleType": "kind", "role": "role", "beginDate": "begins", "endDate": "ends", "orgSourcedId": "org_id"}
ROLES_HEADER = (*LEAD, "userSourcedId", *ROLES, "userProfileSourcedId")

USERS_HEAD_11 = ("enabledUser", "orgSourcedIds", "role", "username", "userIds", "givenName", "familyName")
USERS_HEAD_12 = ("enabledUser", "username", "userIds", "givenName", "familyName")
USERS_TAIL = ("middleName", "identifier", "email", "sms", "phone", "agentSourcedIds", "grades", "password")
USERS_MORE_12 = (
    "userMasterIdentifier",
    "resourceSourcedIds",
    "preferredGivenName",
    "preferredMiddleName",
    "preferredFamilyName",
    "primaryOrgSourcedId",
    "pronouns",
)
USERS = {
    "enabledUser": "enabled",
    "username": "username",
    "givenName": "given_name",
    "familyName": "family_name",
    "middleName": "middle_name",
    "identifier": "identifier",
    "email": "email",
    "sms": "sms",
    "phone": "phone",
    "agentSourcedIds": "agent_ids",
    "grades": "grades",
    "password": "password",
    "userMasterIdentifier": "master_identifier",
    "preferredGivenName": "preferred_given_name",
    "preferredMiddleName": "preferred_middle_name",
    "preferredFamilyName": "preferred_family_name",
    "primaryOrgSourcedId": "primary_org_id",
    "pronouns": "pronouns",
}
"""The users' columns that are one field of ours each; roles and userIds are put together by hand."""

DEMOGRAPHICS_OTHER = (
    "americanIndianOrAlaskaNative",
    "asian",
    "blackOrAfricanAmerican",
    "nativeHawaiianOrOtherPacificIslander",
    "white",
    "demographicRaceTwoOrMoreRaces",
    "hispanicOrLatinoEthnicity",
    "countryOfBirthCode",
    "stateOfBirthAbbreviation",
    "cityOfBirth",
    "publicSchoolResidenceStatus",
)

SEVERAL = {"grades", "subjects", "subject_codes", "term_ids", "periods", "agent_ids"}
"""Our fields that hold several values."""

PLAIN_FILES = {
    "orgs": ("orgs", ORGS),
    "academicSessions": ("sessions", ACADEMIC_SESSIONS),
    "courses": ("courses", COURSES),
    "classes": ("classes", CLASSES),
    "enrollments": ("enrolments", ENROLLMENTS),
}
"""Files whose columns are one field of ours each: file → collection and columns."""

OTHER_FILES = (
    "categories",
    "classResources",
    "courseResources",
    "demographics",
    "lineItems",
    "resources",
    "results",
)
"""Files of the standard that a roster can do without; the manifest calls them absent when they are."""
