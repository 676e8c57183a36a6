"""The changes that a run's config makes to a resource, out of the config that Dagster hands over whole."""

from collections.abc import Iterator, Mapping
from typing import Any

from dagwire.config.values.type_guards import is_mapping
from dagwire.credentials import MASK
from dagwire.errors import InvalidConfigError
from dagwire.integrations.dagster.shown_config import ShownConfig

_MASKS = frozenset({MASK, "********"})
"""Ours and Dagster's: the launchpad's default config holds them in place of secrets, and launches them as values."""
_UNCHANGED: object = object()


def changed_config(key: str, shown: ShownConfig, given: object) -> dict[str, Any] | None:
    """Return what `given` changes of the values that Dagster was shown; None for no change.

    Raises:
        InvalidConfigError: A secret is given as plain text.
    """
    found = _changed(given, shown.values)
    if not is_mapping(found):
        return None
    open_secrets = [".".join(path) for path, value in _leaves(found) if path in shown.secrets and not _is_env(value)]
    if open_secrets:
        problem = 'is secret, and Dagster keeps and shows the config of a run. Give {"env": "NAME"}.'
        raise InvalidConfigError(f"resource '{key}'", [f"{path}: {problem}" for path in open_secrets])
    return dict(found)


def _changed(given: object, shown: object) -> object:
    if is_mapping(given) and is_mapping(shown) and not _is_env(given):
        pairs = ((name, _changed(value, shown.get(name, _UNCHANGED))) for name, value in given.items())
        return {name: value for name, value in pairs if value is not _UNCHANGED} or _UNCHANGED
    is_same = given == shown or (isinstance(given, str) and given in _MASKS)
    return _UNCHANGED if is_same else given


def _is_env(value: object) -> bool:
    return is_mapping(value) and list(value) == ["env"]


def _leaves(config: Mapping[str, object], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    for name, value in config.items():
        if is_mapping(value) and not _is_env(value):
            yield from _leaves(value, (*path, name))
        else:
            yield (*path, name), value
