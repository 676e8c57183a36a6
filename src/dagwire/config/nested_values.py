"""Values that hold values: dicts, lists, tuples and sets, as config has them."""

from collections.abc import Callable, Mapping
from typing import Any

from dagwire.config.narrowing import SCALARS, is_collection, is_mapping


def with_items_changed(value: object, change: Callable[[object], object]) -> object:
    """`value` with `change` made to all that it holds directly; itself where nothing changes or it holds nothing."""
    if type(value) in SCALARS:
        return value
    if is_mapping(value):
        changed = {key: change(item) for key, item in value.items()}
        return changed if any(changed[key] is not item for key, item in value.items()) else value
    if is_collection(value):
        items = [change(item) for item in value]
        return type(value)(items) if any(a is not b for a, b in zip(items, value, strict=True)) else value
    return value


def merged_config(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid over `base`, field by field, in nested dicts too."""
    merged = dict(base)
    for name, value in over.items():
        below = merged.get(name)
        merged[name] = merged_config(below, value) if is_mapping(below) and is_mapping(value) else value
    return merged
