"""How ClassLink lets us in, and what its refusals mean."""

from roster_fetcher.sources.classlink.settings import Direct, Proxied
from roster_fetcher.sources.oneroster.authorization import Authorization, Bearer
from roster_fetcher.sources.oneroster.signatures import MEANINGS, Signatures
from roster_fetcher.sources.refusals import Meaning, naming

NOT_GRANTED: Meaning = (
    "AUTH_FORBIDDEN",
    "does not let us read this. Let the district's administrator grant the application access in ClassLink",
)
DIRECT: dict[int, Meaning] = naming("endpoint_url") | MEANINGS | {403: NOT_GRANTED}
PROXIED: dict[int, Meaning] = {
    401: ("AUTH_INVALID", "does not accept our access token. Renew token, which ClassLink's console shows"),
    403: NOT_GRANTED,
    404: ("SOURCE_BAD_RESPONSE", "has nothing there. Set application_id just as ClassLink's console shows it"),
}


def authorization_of(settings: Direct | Proxied) -> Authorization:
    """Signatures for a Roster Server, a token for the proxy."""
    if isinstance(settings, Proxied):
        return Bearer(settings.token.get_secret_value(), PROXIED)
    return Signatures(settings.client_id, settings.client_secret, settings.signature_method, DIRECT)
