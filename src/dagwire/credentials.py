"""Credentials within text: the passwords of addresses, connection strings and headers, found by their form."""

import re
from collections.abc import Iterable

MASK = "**********"
"""The text shown in place of a secret; pydantic's own."""

_NAMES = (
    r"(?:passwords?|passwd|passphrase|pwd|secrets?|tokens?|api[_-]?keys?|access[_-]?keys?|accountkey|private[_-]?key"
    r"|signature|credentials?|(?<![A-Za-z])(?:pass|sig|auth))"
)
_QUOTED = r""""(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|\{[^}]*\}?"""

# All between the user's name and the last "@", since passwords are written with a raw "/" or "#" too.
_ADDRESSES = (r"(://[^/?#\s:@]*:)\S*(?=@)", r"(?i)(\bhttps?://)[^/?#\s:@]+(?=@)")
_OTHERS = (
    # A header holds its secret to the end of the line, behind the name of a scheme.
    r"""(?i)(\b(?:proxy-)?authorization["']?\s*[=:]\s*)[^\r\n]+""",
    r"(?i)(\bbearer\s+)[^\s,;\"']+",
    # Base64 has a digit or a sign among its letters; "Basic instructions" is prose.
    r"(\b[Bb]asic\s+)(?=[A-Za-z]*[0-9+/=])[A-Za-z0-9+/=]{8,}",
    r"(?s)(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?=-----END|$)",
    # A connection string, a query, or a line of a file: `password = x`, `AccountKey=x;`, `?sig=x&`, `"token": "x"`.
    rf"""(?i)({_NAMES}["']?\s*=\s*)(?:{_QUOTED}|[^;&\s]+)""",
    rf"""(?i)({_NAMES}["']?\s*:\s*)(?:{_QUOTED}|(?!//)[^;&\s]+)""",
    r"(?i)([?&;]key=)[^;&\s]+",
)


def without_credentials(text: str) -> str:
    """`text` with each credential in it masked; addresses, users and names of databases are shown."""
    return _masked(text, (*_ADDRESSES, *_OTHERS))


def without_passwords_in_addresses(text: str) -> str:
    """`text` with the passwords of addresses masked, for prose: "token: give one" is not the value of a token."""
    return _masked(text, _ADDRESSES)


def _masked(text: str, patterns: Iterable[str]) -> str:
    """`text` with all behind the first group of each pattern masked; `re` compiles a pattern when it is first used."""
    for pattern in patterns:
        text = re.sub(pattern, rf"\1{MASK}", text)
    return text
