"""Values that hold values: dicts, lists, tuples and sets, as config has them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dagwire.config.values.type_guards import SCALARS, AnyCollection, is_collection, is_mapping, is_named_tuple


def with_items_changed(value: object, change: Callable[[object], object]) -> object:
    """`value` with `change` applied to each item that it holds directly; itself if nothing changes."""
    if type(value) in SCALARS:
        return value
    if is_mapping(value):
        changed = {key: change(item) for key, item in value.items()}
        return changed if any(changed[key] is not item for key, item in value.items()) else value
    if is_collection(value):
        items = [change(item) for item in value]
        return of_its_kind(value, items) if any(a is not b for a, b in zip(items, value, strict=True)) else value
    return value


def of_its_kind(value: AnyCollection, items: Iterable[object]) -> object:
    """A collection of the kind of `value` with other `items`; a named tuple takes them one by one."""
    return value._make(items) if is_named_tuple(value) else type(value)(items)


def merged_config(base: Mapping[str, object], over: Mapping[str, object]) -> dict[str, Any]:
    """`over` merged over `base`, field by field, in nested dicts too."""
    merged = dict(base)
    for name, value in over.items():
        below = merged.get(name)
        merged[name] = merged_config(below, value) if is_mapping(below) and is_mapping(value) else value
    return merged
