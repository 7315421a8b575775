"""An OpenID Connect provider for tests: discovery, code flow with PKCE, signed ID tokens."""

from simulators.oidc.provider import Mishaps, OidcSimulator, Person

__all__ = ["Mishaps", "OidcSimulator", "Person"]
