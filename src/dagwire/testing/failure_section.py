"""The overrides and settings in force when a test failed; never the value of an override, which may be secret."""

from collections.abc import Iterator
from typing import Any

from dependency_injector import providers

from dagwire.config.explain.explained_values import SourceKind
from dagwire.containers.resource_provider import ResourceProvider
from dagwire.errors import DagwireError
from dagwire.testing.isolation import OneTest


def described(test: OneTest) -> str:
    """Overrides and settings of `test`, one a line; nothing where there are none."""
    with test.in_force():
        return "\n".join([*_overrides(test), *_settings(test)])


def _overrides(test: OneTest) -> Iterator[str]:
    for layer, line in test.record.line_by_layer.items():
        for key, provider in layer.replacements.items():
            yield f"override  {key} = {_kind(provider)}  ({line})"


def _kind(provider: object) -> str:
    """Name a replacement by its class."""
    given: Any = provider
    if isinstance(provider, ResourceProvider):
        given = given.source
    elif isinstance(provider, providers.Object):
        given = given()
    return str(getattr(given, "__name__", type(given).__name__))


def _settings(test: OneTest) -> Iterator[str]:
    for settings in test.settings:
        if settings.line is None:
            continue
        try:
            explained = settings.provider.explained()
        except DagwireError as error:  # the report of a test must not break the session
            yield f"settings  {settings.key}, read by {settings.line}: {error}"
            continue
        shown = [one for one in explained if one.source.kind is not SourceKind.DEFAULT]
        for one in shown:
            yield f"setting   {settings.key}.{one.path} = {one.value!r}  ({one.source})"
        by_default = len(explained) - len(shown)
        yield f"settings  {settings.key}, {by_default} more as by default; read by {settings.line}"
