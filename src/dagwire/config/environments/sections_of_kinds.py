"""Sections of config for one member of a discriminated union, which do not fit when another member is chosen."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from dagwire.config.values.model_introspection import input_paths, key_of, models_in
from dagwire.config.values.type_guards import is_mapping


def sections_of_other_kinds(
    model: type[BaseModel], values: Mapping[str, Any], stronger: Mapping[str, Any]
) -> Iterator[tuple[str, ...]]:
    """The paths of sections in `values` that name another kind than `stronger` does for the same field.

    Their other fields belong to that kind, so the section can only be taken or left as a whole.

    Args:
        model: The settings that both are for.
        values: What one file holds.
        stronger: What stronger sources hold.
    """
    for name, info in model.model_fields.items():
        for key in [str(keys[0]) for keys in input_paths(model, name) if len(keys) == 1]:
            ours, theirs = values.get(key), stronger.get(key)
            if not (is_mapping(ours) and is_mapping(theirs)):
                continue
            members = models_in(info.annotation)
            if isinstance(info.discriminator, str):
                tag = key_of(members[0], info.discriminator)
                if tag in ours and tag in theirs and ours[tag] != theirs[tag]:
                    yield (key,)
            elif len(members) == 1:
                yield from ((key, *path) for path in sections_of_other_kinds(members[0], ours, theirs))


def without_sections(values: Mapping[str, Any], paths: frozenset[tuple[str, ...]]) -> dict[str, Any]:
    """A copy of `values` that lacks the sections at `paths`."""
    kept: dict[str, Any] = {}
    for key, value in values.items():
        if (key,) not in paths:
            below = frozenset(path[1:] for path in paths if path[0] == key)
            kept[key] = without_sections(value, below) if below else value
    return kept
