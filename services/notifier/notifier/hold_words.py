"""What a notice about a hold says, in the languages of the error catalogue."""

from dataclasses import dataclass

from common.events import CountByEntity


@dataclass(frozen=True, slots=True)
class HoldWords:
    """`{n}`, `{count}`, `{of}` and `{limit}` stand for numbers, `{what}` for the records, `{id}` for the hold."""

    language: str
    thousands: str
    one: str
    many: str
    meanwhile: str
    share: str
    remedy: str
    see: str
    decide: str
    entities: dict[str, str]

    def number(self, n: int) -> str:
        """1,234"""
        return f"{n:,}".replace(",", self.thousands)

    def waiting(self, operations: CountByEntity) -> str:
        """31 changes wait for a decision"""
        n = sum(number for kinds in operations.values() for number in kinds.values())
        return self.one if n == 1 else self.many.format(n=self.number(n))


ENGLISH = HoldWords(
    language="en",
    thousands=",",
    one="1 change waits for a decision",
    many="{n} changes wait for a decision",
    meanwhile="None of it is done until somebody decides. Until then the school's nightly syncs wait too.",
    share="{what}: {count} of {of}; up to {limit} are changed without asking",
    remedy="What to do",
    see="See what waits",
    decide="Decide: rosterbus hold approve {id} (or reject, or suspend)",
    entities={
        "category": "Categories",
        "course": "Courses",
        "user": "Accounts",
        "enrolment": "Enrolments",
        "group": "Groups",
        "group_member": "Places in groups",
        "cohort": "Cohorts",
        "cohort_member": "Places in cohorts",
        "administrator": "Administrators",
        "guardian": "Ties to guardians",
    },
)
DUTCH = HoldWords(
    language="nl",
    thousands=".",
    one="1 wijziging wacht op een beslissing",
    many="{n} wijzigingen wachten op een beslissing",
    meanwhile="Ze worden pas uitgevoerd als iemand beslist. Tot dan wachten ook de nachtelijke synchronisaties.",
    share="{what}: {count} van {of}; tot {limit} worden zonder vragen gewijzigd",
    remedy="Wat te doen",
    see="Bekijk wat er wacht",
    decide="Beslis: rosterbus hold approve {id} (of reject, of suspend)",
    entities={
        "category": "Categorieën",
        "course": "Cursussen",
        "user": "Accounts",
        "enrolment": "Inschrijvingen",
        "group": "Groepen",
        "group_member": "Plaatsen in groepen",
        "cohort": "Sitegroepen",
        "cohort_member": "Plaatsen in sitegroepen",
        "administrator": "Beheerders",
        "guardian": "Banden met ouders",
    },
)
FRENCH = HoldWords(
    language="fr",
    thousands="\u202f",
    one="1 modification attend une décision",
    many="{n} modifications attendent une décision",
    meanwhile="Rien n'est fait avant que quelqu'un décide. D'ici là, les synchronisations de nuit attendent aussi.",
    share="{what} : {count} sur {of} ; jusqu'à {limit} sont modifiés sans demander",
    remedy="Que faire",
    see="Voir ce qui attend",
    decide="Décider : rosterbus hold approve {id} (ou reject, ou suspend)",
    entities={
        "category": "Catégories",
        "course": "Cours",
        "user": "Comptes",
        "enrolment": "Inscriptions",
        "group": "Groupes",
        "group_member": "Places dans des groupes",
        "cohort": "Cohortes",
        "cohort_member": "Places dans des cohortes",
        "administrator": "Administrateurs",
        "guardian": "Liens avec des parents",
    },
)
_BY_LANGUAGE = {words.language: words for words in (ENGLISH, DUTCH, FRENCH)}


def hold_words(language: str) -> HoldWords:
    """The words in a language of the catalogue."""
    return _BY_LANGUAGE[language]
