"""The values of all sources, followed down to single ones and merged as pydantic-settings merges. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel

from dagwire.config.values.model_introspection import Key, key_text
from dagwire.config.values.type_guards import is_mapping, is_sequence

ABSENT: object = object()
"""The value under a key that is not there; None is a value."""


class Piece(NamedTuple):
    """A part of what one source gave."""

    source: Any
    value: Any
    keys: tuple[Key, ...] = ()
    """The keys under which the source has it."""
    counts: bool = True
    """False where a stronger source keeps all of it from counting."""


def pieces_under(pieces: Sequence[Piece], key_paths: Iterable[Sequence[Key]], name: Key) -> list[Piece]:
    """Take one field of each of `pieces`.

    Args:
        pieces: The strongest first.
        key_paths: The keys under which the field is looked for; the first that is there counts.
        name: Its name in Python, by which models that were given as such have it.
    """
    found: list[Piece] = []
    for keys in key_paths:
        here = [inner for piece in pieces if (inner := _followed(piece, keys, name)) is not None]
        if any(piece.counts for piece in found):
            here = [piece._replace(counts=False) for piece in here]
        found += [piece for piece in here if piece not in found]
    return _counted(found)


def _followed(piece: Piece, keys: Sequence[Key], name: Key) -> Piece | None:
    if isinstance(piece.value, BaseModel):
        given = name in piece.value.model_fields_set
        return piece._replace(value=getattr(piece.value, str(name)), keys=(*piece.keys, name)) if given else None
    value = piece.value
    for key in keys:
        value = item_of(value, key)
    return None if value is ABSENT else piece._replace(value=value, keys=(*piece.keys, *keys))


def item_of(value: object, key: Key) -> object:
    """The item of a dict or list under `key`, or ABSENT. If a dict's key is a number or an enum, its text is enough."""
    if is_mapping(value):
        return next((item for one, item in value.items() if one == key or key_text(one) == str(key)), ABSENT)
    return value[key] if is_sequence(value) and isinstance(key, int) and key < len(value) else ABSENT


def _counted(pieces: list[Piece]) -> list[Piece]:
    """Mark which of `pieces` count: mappings are merged with mappings, anything else counts alone."""
    strongest = next((piece for piece in pieces if piece.counts), None)
    if strongest is None:
        return pieces
    merges = is_mapping(strongest.value)
    return [
        piece if piece is strongest or (merges and is_mapping(piece.value)) else piece._replace(counts=False)
        for piece in pieces
    ]
