"""Credentials within text: the passwords of addresses, connection strings and headers, found by their form."""

import re

MASK = "**********"
"""The text shown in place of a secret; pydantic's own."""

_NAMES = (
    r"(?:passwords?|passwd|passphrase|pwd|secrets?|tokens?|api[_-]?keys?|access[_-]?keys?|accountkey|private[_-]?key"
    r"|signature|credentials?|(?<![A-Za-z])(?:pass|sig|auth))"
)
_QUOTED = r""""(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|\{[^}]*\}?"""

_ADDRESSES = [
    # All between the user's name and the last "@", since passwords are written with a raw "/" or "#" too.
    (re.compile(r"(://[^/?#\s:@]*):\S*(?=@)"), rf"\1:{MASK}"),
    (re.compile(r"(?i)(\bhttps?://)[^/?#\s:@]+(?=@)"), rf"\1{MASK}"),
]
_PATTERNS = [
    *_ADDRESSES,
    # A header holds its secret to the end of the line, behind the name of a scheme.
    (re.compile(r"""(?i)(\b(?:proxy-)?authorization["']?\s*[=:]\s*)[^\r\n]+"""), rf"\1{MASK}"),
    (re.compile(r"(?i)(\bbearer\s+)[^\s,;\"']+"), rf"\1{MASK}"),
    # Base64 has a digit or a sign among its letters; "Basic instructions" is prose.
    (re.compile(r"(\b[Bb]asic\s+)(?=[A-Za-z]*[0-9+/=])[A-Za-z0-9+/=]{8,}"), rf"\1{MASK}"),
    (re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?=-----END|$)", re.DOTALL), rf"\1{MASK}"),
    # A connection string, a query, or a line of a file: `password = x`, `AccountKey=x;`, `?sig=x&`, `"token": "x"`.
    (re.compile(rf"""(?i)({_NAMES}["']?\s*=\s*)(?:{_QUOTED}|[^;&\s]+)"""), rf"\1{MASK}"),
    (re.compile(rf"""(?i)({_NAMES}["']?\s*:\s*)(?:{_QUOTED}|(?!//)[^;&\s]+)"""), rf"\1{MASK}"),
    (re.compile(r"(?i)([?&;]key=)[^;&\s]+"), rf"\1{MASK}"),
]


def without_credentials(text: str) -> str:
    """`text` with each credential in it masked; addresses, users and names of databases are shown."""
    for pattern, mask in _PATTERNS:
        text = pattern.sub(mask, text)
    return text


def without_passwords_in_addresses(text: str) -> str:
    """`text` with the passwords of addresses masked, for prose: "token: give one" is not the value of a token."""
    for pattern, mask in _ADDRESSES:
        text = pattern.sub(mask, text)
    return text
