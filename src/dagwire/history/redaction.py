"""`Redactor`: text and metadata without secrets, before they are written where they stay."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from dagwire.config.settings.settings_provider import SettingsProvider
from dagwire.config.values.masking import masked
from dagwire.config.values.secret_texts import config_secrets, secret_texts
from dagwire.config.values.type_guards import is_collection, is_mapping
from dagwire.containers.keys import Container, find_provider, keys_of
from dagwire.containers.resource_provider import ResourceProvider
from dagwire.credentials import MASK, without_credentials

_SHORTEST = 4
"""Shorter secrets are not looked for: masking each "1" would make the text unreadable and the secret plain."""


class Redactor:
    """Masks the secrets of a container's settings and resources; lives as long as a command.

    A secret is found by its value wherever a text repeats it, and by its form, such as a password in an address.
    """

    def __init__(self, container: Container) -> None:
        """Secrets are collected when the first text is written."""
        self._container = container
        self._more: list[str] = []

    def add_config(self, config_by_step: Mapping[str, object], config_by_resource: Mapping[str, object]) -> None:
        """Mask the secrets of a run's config as well."""
        for config in config_by_step.values():
            self._more += secret_texts(config)
        for key, config in config_by_resource.items():
            provider = find_provider(self._container, key)
            self._more += config_secrets(config, getattr(provider, "source", None))

    @cached_property
    def _secrets(self) -> list[str]:
        """The secrets, longest first: one may be a part of another."""
        found = {text for text in _secrets_of(self._container) if len(text) >= _SHORTEST}
        return sorted(found, key=len, reverse=True)

    def text(self, text: str | None) -> str | None:
        """`text` without secrets."""
        if not text:
            return text
        for secret in (*self._secrets, *self._more):
            text = text.replace(secret, MASK)
        return without_credentials(text)

    def json(self, value: object) -> str:
        """`value` as JSON without secrets: those in texts, and all values under names that sound secret."""
        if not value:
            return "{}"
        return json.dumps(self.plain(value), default=str)

    def plain(self, value: object) -> Any:
        """`value` in plain collections, without secrets."""
        return self._redacted(masked(value))

    def _redacted(self, value: object) -> object:
        if isinstance(value, str):
            return self.text(value)
        if is_mapping(value):
            return {str(self.text(str(key))): self._redacted(item) for key, item in value.items()}
        return [self._redacted(item) for item in value] if is_collection(value) else value


def _secrets_of(container: Container) -> Iterable[str]:
    for key in keys_of(container):
        provider = find_provider(container, key)
        if isinstance(provider, SettingsProvider):
            yield from _unless_it_fails(provider)
        elif isinstance(provider, ResourceProvider):
            yield from secret_texts(provider.source)
            yield from secret_texts(provider.fields)


def _unless_it_fails(provider: Callable[[], object]) -> Iterable[str]:
    """The secrets of settings; none if they cannot be read, which the run itself reports."""
    try:
        return list(secret_texts(provider()))
    except Exception:  # noqa: BLE001  # sources are the user's own code
        return ()
