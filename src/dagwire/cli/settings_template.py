"""A file `.env` to fill in: every variable that sets a value, with its type and what holds without it."""

import json
from collections.abc import Iterable, Iterator
from enum import Enum

from dagwire.config.narrowing import is_collection, is_mapping
from dagwire.config.provenance import Explained, Source, SourceKind

_SET_FROM_OUTSIDE = frozenset({SourceKind.VARIABLE, SourceKind.DOTENV, SourceKind.SECRETS_FILE})


def template_lines(name: str, values: Iterable[Explained]) -> Iterator[str]:
    """The lines of the file, for the settings called `name`.

    A variable that has to be set stands ready; all others are commented out. Secrets are left empty.
    """
    yield f"# {name}"
    for one in values:
        if one.variables:
            yield ""
            yield from (f"# {line}" for line in one.description.splitlines())
            must = _holding(one) is None
            kind = ", secret" if one.is_secret else ""
            yield f"# {one.path}: {one.type or 'any'}{kind}{', has to be set' if must else ''}"
            yield f"{'' if must else '# '}{one.variables[0]}={'' if one.is_secret else _written(_holding(one))}"


def _holding(one: Explained) -> tuple[object, Source] | None:
    """What holds where no variable, `.env` or secrets file says otherwise; None where nothing does."""
    places = [(one.value, one.source), *((found.value, found.source) for found in one.shadowed)]
    return next(
        (
            (value, source)
            for value, source in places
            if source.kind not in _SET_FROM_OUTSIDE and source.kind is not SourceKind.MISSING
        ),
        None,
    )


def _written(holding: tuple[object, Source] | None) -> str:
    """A value as a line of `.env` has it: text as it is, what is made of several values as JSON."""
    value = holding[0] if holding else None
    if value is None:
        return ""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool) or is_mapping(value) or is_collection(value):
        value = list(value) if is_collection(value) else value
        return f"'{json.dumps(value, default=str)}'" if not isinstance(value, bool) else str(value).lower()
    text = str(value)
    return text if text.isprintable() and not set(text) & set(" #'\"\\$") else json.dumps(text)
