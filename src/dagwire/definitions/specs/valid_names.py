"""The names that definitions may have. Pure."""

import inspect
import keyword
import re
from collections.abc import Iterable
from functools import partial
from typing import Any

from dagwire.errors import InvalidDefinitionError, InvalidNameError

_PLAIN = re.compile(r"[A-Za-z0-9_]+")
_ASSET_PART = re.compile(r"[A-Za-z0-9_.\-]+")
RESERVED = frozenset(
    {"arg_dict", "bool", "conf", "config", "context", "dict", "float", "input", "input_arg_dict", "int", "meta"}
    | {"output", "output_arg_dict", "str", "type", *keyword.kwlist}
)
"""Names that have a meaning in a step's signature or in run config, as in Dagster."""


def check_name(kind: str, name: str) -> None:
    """Refuse an invalid name of an op, job, check, schedule or sensor.

    Raises:
        InvalidNameError: The name is invalid; the message has the reason.
    """
    article = "An" if kind[0] in "aeiou" else "A"
    _check(f"{article} {kind}", name, _PLAIN, "letters, digits and underscores make a name.")


def check_mapping_key(key: object) -> None:
    """Refuse a mapping key that cannot be part of a step's name.

    Raises:
        InvalidNameError: The name is invalid; the message has the reason.
    """
    if not isinstance(key, str) or not _PLAIN.fullmatch(key):
        raise InvalidNameError("A mapping key", str(key), "letters, digits and underscores make one; it is a str.")


def check_asset_parts(parts: Iterable[str]) -> None:
    """Refuse an asset's key with an invalid part; a key of one part is a name, too.

    Raises:
        InvalidNameError: The name is invalid; the message has the reason.
    """
    parts = tuple(parts)
    for part in parts:
        if not _ASSET_PART.fullmatch(part):
            problem = "letters, digits, underscores, dots and hyphens make a name; a list of names makes a longer key."
            raise InvalidNameError("An asset", part, problem)
    if len(parts) == 1:
        _check("An asset", parts[0], _ASSET_PART, "")


def _check(owner: str, name: str, allowed: re.Pattern[str], rule: str) -> None:
    if not allowed.fullmatch(name):
        raise InvalidNameError(owner, name, rule)
    if name in RESERVED:
        raise InvalidNameError(owner, name, "the word has a meaning of its own in a step's signature or in Python.")


def name_of(function: object) -> str:
    """The name of a function that is to become a definition.

    Raises:
        TypeError: It is not a function.
        InvalidDefinitionError: It is a partial or another object that can be called, and has no name.
    """
    check_callable(function)
    name = getattr(function, "__name__", None)
    if name is None:
        msg = f"A definition of {type(function).__name__} has no name of its own. Pass `name` to its decorator."
        raise InvalidDefinitionError(msg)
    return str(name)


def check_callable(function: object) -> None:
    """Refuse a body that cannot be called.

    Raises:
        TypeError: It cannot be called.
    """
    if not callable(function):
        msg = f"A definition is made of a function, not of {type(function).__name__}."
        raise TypeError(msg)


def written_function(function: object) -> Any:
    """The function that somebody wrote: below partials, and behind an object that can be called."""
    if isinstance(function, partial):
        return written_function(function.func)  # pyright: ignore[reportUnknownMemberType]  # of anything
    return function if hasattr(function, "__name__") else type(function).__call__


def doc_of(function: object) -> str | None:
    """The docstring of the function that somebody wrote, or None."""
    written = written_function(function)
    # For a function without a docstring `inspect` looks in the bases of its class; most functions have no class.
    place = written.__qualname__.rpartition(".")[0]
    if written.__doc__ is None and (not place or place.endswith("<locals>")):
        return None
    return inspect.getdoc(written)
