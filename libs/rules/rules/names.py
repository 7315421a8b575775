"""Names and keys: when two names are the same person's, and marks that tell one key from another."""

import hashlib
import unicodedata


def plain(text: str) -> str:
    """Lower case, without accents and outer blanks: `Zoë` and `ZOE` are the same."""
    if text.isascii():
        return text.lower().strip()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold().strip()


def same_name(first: tuple[str, str], second: tuple[str, str]) -> bool:
    """Whether two pairs of given and family name are one person's, be it in another case, accent or order."""
    return {plain(part) for part in first} == {plain(part) for part in second}


def mark(key: str) -> str:
    """Eight characters that tell one key from another."""
    return hashlib.blake2s(key.encode(), digest_size=4).hexdigest()
