"""People, keys and one's own account, as answers have them."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from dashboard_api.api.schemas.fields import Cursor, Name, Number, Shape, When

Email = Annotated[str, Field(examples=["anna@north.example"])]
Districts = Annotated[list[str] | None, Field(description="Null: all", examples=[["north"]])]
Schools = Annotated[list[UUID] | None, Field(description="Null: all of these districts")]


class User(Shape):
    """A person who signs in."""

    id: UUID
    email: Email
    name: Name
    role: Annotated[str, Field(examples=["district_admin"])]
    districts: Districts
    schools: Schools
    locale: str | None
    timezone: str | None
    created_at: When
    disabled_at: When | None
    disabled: bool
    second_factor: bool
    has_password: bool
    sessions: Number
    last_seen_at: When | None


class UserPage(Shape):
    """People by name."""

    users: list[User]
    next: Cursor


class Invitation(Shape):
    """A link with which a person chooses a password, good once."""

    link: Annotated[str, Field(description="Shown this once", examples=["https://…/invitation/…"])]
    expires_at: When


class NewUserShown(User):
    """A person who was let in; with a password, they need no invitation."""

    invitation: Invitation | None


class Invited(Shape):
    """How a person chooses a new password."""

    invitation: Invitation


class Ended(Shape):
    """How many sessions have ended."""

    ended: Number


class Key(Shape):
    """An API key, without the key itself."""

    id: UUID
    name: Annotated[str, Field(examples=["scripts"])]
    scopes: Annotated[list[str], Field(examples=[["read"]])]
    districts: Districts
    schools: Schools
    made_by: Annotated[UUID | None, Field(description="Id of the person who made it; null: made at the server")]
    made_by_name: Name | None
    created_at: When
    expires_at: When | None
    last_used_at: When | None
    expired: bool


class KeyPage(Shape):
    """Keys by name."""

    keys: list[Key]
    next: Cursor


class NewKeyShown(Key):
    """A key that was made; `key` is shown this once."""

    key: Annotated[str, Field(examples=["rb_…"])]


class Me(Shape):
    """Whoever asks."""

    id: str
    name: Name
    kind: Annotated[str, Field(description="person or key", examples=["person"])]
    districts: Districts
    schools: Schools
    role: str | None
    scopes: list[str]
    email: Email | None = None
    locale: str | None = None
    timezone: str | None = None
    second_factor: bool | None = None
    recovery_codes: int | None = None


class OwnAccount(Shape):
    """What one set of one's own account."""

    id: str
    name: Name
    locale: str | None
    timezone: str | None


class Changed(Shape):
    """It is done."""

    changed: bool


class Removed(Shape):
    """It is done."""

    removed: bool


class SecondFactorBegun(Shape):
    """What an authenticator app needs."""

    secret: str
    address: str
    picture: Annotated[str, Field(description="A QR code, as SVG")]


class RecoveryCodes(Shape):
    """Each works once; shown this once."""

    recovery_codes: list[str]


class Sessions(Shape):
    """Where one is signed in."""

    sessions: list[dict[str, Any]]
