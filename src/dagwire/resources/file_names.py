"""File names made of keys: no two keys share a name, and no name leads out of its folder. Pure."""

import os
import re
from hashlib import sha256
from typing import Any

_LOOKS_ESCAPED = re.compile(r"%(?=[0-9A-Fa-f]{2})")
# A lone surrogate has no UTF-8 form; Windows reads more characters as part of a path than other systems do.
_UNSAFE = re.compile("[/\0\ud800-\udfff" + (r'\\:*?"<>|' if os.name == "nt" else "") + "]")
_LONGEST = 240
"""Bytes of a name; file systems take 255, and an extension may follow."""
_KEPT_OF_LONG = 100

# No character is escaped to these bytes, which are not UTF-8, so no key is written as one of them.
_EMPTY = "%FF"
_SHORTENED = "%FE"
_FLAT = "%FD"


def file_name(key: str) -> str:
    """A component of a path for `key` alone; a plain key stays as it is.

    Example:
        >>> file_name("2024-01-02"), file_name("../up"), file_name("..")
        ('2024-01-02', '..%2Fup', '%2E%2E')
    """
    if key in {".", ".."}:
        return "%2E" * len(key)
    name = _UNSAFE.sub(_escape, _LOOKS_ESCAPED.sub("%25", key)) or _EMPTY
    encoded = name.encode()
    if len(encoded) <= _LONGEST:
        return name
    return encoded[:_KEPT_OF_LONG].decode(errors="ignore") + _SHORTENED + sha256(encoded).hexdigest()


def nested_name(key: str) -> str:
    """A relative path for `key` alone: its slashes separate folders, as in Dagster.

    A slash is escaped if nothing stands before it, or nothing after it in the whole key.

    Example:
        >>> nested_name("2024/01"), nested_name("/etc/passwd"), nested_name("a//b"), nested_name("../a/")
        ('2024/01', '%2Fetc/passwd', 'a/%2Fb', '%2E%2E/a%2F')
    """
    parts = [""]
    for position, character in enumerate(key, 1):
        if character == "/" and parts[-1] and position < len(key):
            parts.append("")
        else:
            parts[-1] += character
    return "/".join(map(file_name, parts))


def with_slashes(key: str) -> str:
    """The keys of a multi partition's dimensions with slashes between them; any other key as it is."""
    keys_by_dimension = getattr(key, "keys_by_dimension", None)
    if keys_by_dimension is None:
        return key
    return "/".join(file_name(keys_by_dimension[name]) for name in sorted(keys_by_dimension))


def relative_parts(path: Any) -> list[str]:
    """The components of a path, such that joining them to a folder stays below the folder."""
    parts = [file_name(part) if part in {"..", "."} else part for part in path.parts if part != "/"]
    if parts and path.is_absolute():
        parts[0] = file_name("/" + parts[0])
    return parts


def is_below(path: Any, folder: Any) -> bool:
    """Whether a path that is not looked up on the disk lies in a folder."""
    return ".." not in path.parts[len(folder.parts) :] and path.parts[: len(folder.parts)] == folder.parts


def flat_name(path: str) -> str:
    """A second name for a relative path of names, in one component; for a path that a file or folder obstructs."""
    return _FLAT + file_name(path)


def _escape(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "surrogatepass"))
