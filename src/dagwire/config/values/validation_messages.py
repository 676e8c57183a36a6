"""Lines of a message made of pydantic's errors: fields and expectations, never the values that were given."""

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from dagwire.config.values.env_var import EnvVar
from dagwire.config.values.secrecy import sounds_secret
from dagwire.config.values.type_guards import is_collection, is_mapping
from dagwire.credentials import without_credentials
from dagwire.suggestions import nearest


def problems_of(error: ValidationError, variables: Iterable[tuple[str, EnvVar]] = ()) -> list[str]:
    """A line for each fault, with the variables that the value was read from.

    Args:
        error: Raised by pydantic.
        variables: `(field path, variable)` of the variables that were read.
    """
    read = list(variables)
    problems: list[str] = []
    for fault in error.errors(include_url=False):
        path = without_credentials(".".join(str(part) for part in fault["loc"]))
        names = dict.fromkeys(v.env_var_name for at, v in read if _is_within(path, at) or _is_within(at, path))
        source = f" (read from {', '.join(names)})" if names else ""
        problems.append(f"{path or _whole(error)}{source}: {without_value(fault)}")
    return problems


def _whole(error: ValidationError) -> str:
    """The name of the value as a whole: its class. For a bare type pydantic knows only the name of a validator."""
    return "the value" if error.title.startswith("function-") else error.title


def unknown_name(name: str, known: Iterable[str]) -> str:
    """The message for a name that is not declared: the nearest one, or all that are known."""
    known = list(known)
    guess = nearest(name, known)
    if guess is not None:
        return f"There is no such field. Did you mean '{guess}'?"
    return f"There is no such field. Known: {', '.join(known) or 'none'}"


def custom_fault(kind: Any, message: Any) -> PydanticCustomError:
    """A fault of dagwire's own among pydantic's, which declares both as literal text without need."""
    return PydanticCustomError(kind, message)


def _is_within(path: str, other: str) -> bool:
    return path == other or path.startswith(f"{other}.")


def without_value(fault: Any) -> str:
    """The fault's message, with the value cut out if the message may repeat it."""
    message: str = fault["msg"]
    if fault["type"] in _REPEATING:
        tag = fault.get("ctx", {}).get("tag")
        for value in (*_texts_in(fault["input"]), *_texts_in(tag)):
            message = message.replace(value, "...")
    return message


_REPEATING = frozenset({"value_error", "assertion_error", "union_tag_invalid"})
"""The kinds of faults whose message may hold the input: a user's validator words it, or a union."""


def _texts_in(value: object, shortest: int = 1) -> Iterator[str]:
    """The texts in a value that a message may repeat; a nested one counts only if it is long enough."""
    if isinstance(value, str) and len(value) >= shortest:
        yield value
    elif is_mapping(value):
        for key, item in value.items():
            yield from _texts_in(item, 1 if sounds_secret(str(key)) else _NO_CHANCE)
    elif is_collection(value):
        for item in value:
            yield from _texts_in(item, _NO_CHANCE)


_NO_CHANCE = 8
"""The length from which a text is hardly part of a message by chance."""
