"""`override`: replacements that hold in this context only; other threads and tasks never see them."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from dagwire.containers.keys import (
    Container,
    find_provider,
    given_providers,
    is_container,
    keys_of,
    original_of,
)
from dagwire.errors import DagwireError, FaultsError, UnknownNameError


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Replacements for one container, in force in every context that has it."""

    container: Container
    value_by_key: dict[str, object]
    copy: Container | None = None
    """What scopes of the container work on instead of it; None for the container itself."""
    owner: object | None = None
    """The test that it belongs to, for those that must tell theirs from others'."""


_layers: ContextVar[tuple[Layer, ...]] = ContextVar("dagwire_override_layers", default=())


class Watcher:
    """Told of overrides as they begin and end; the pytest plugin keeps a record of those that never do."""

    def began(self, layer: Layer) -> None:
        """`layer` is in force in the calling context."""

    def ended(self, layer: Layer) -> None:
        """`layer` was taken away from the calling context."""


_watcher = Watcher()


def watch_overrides(watcher: Watcher) -> None:
    """Tell `watcher` of every override from now on, in place of the one before."""
    global _watcher  # noqa: PLW0603  # one process has one watcher, and production none
    _watcher = watcher


@contextmanager
def override(target: Any, replacements: Mapping[str, object] | None = None, /, **by_name: object) -> Generator[None]:
    """Replace resources in every scope that is opened inside this block, in this thread or task.

    Tasks started inside see it too; threads and tasks started outside never do, and the container is not touched.

    Args:
        target: A container, or definitions that hold one.
        replacements: `{key: value}`, for keys that are paths (`gateways.s3`).
        **by_name: The same, for keys that are names.

    Raises:
        UnknownNameError: The container has no such key. Nothing is overridden.

    Example:
        >>> from dagwire import build_resources, override
        >>> from dependency_injector import containers, providers
        >>> application = containers.DynamicContainer()
        >>> application.db = providers.Object("real")
        >>> with override(application, db="fake"), build_resources(application) as resources:
        ...     resources.db
        'fake'
    """
    layer = override_layer(target, {**(replacements or {}), **by_name})
    begin_override(layer)
    try:
        yield
    finally:
        end_override(layer)


def override_layer(target: Any, replacements: Mapping[str, object], owner: object | None = None) -> Layer:
    """What `override` puts in force; nothing is yet.

    Raises:
        UnknownNameError: The container has no such key.
    """
    container = original_of(target if is_container(target) else target.container)
    value_by_key = given_providers(container, replacements)
    check_override_keys(container, value_by_key)
    return Layer(container, dict(value_by_key), owner=owner)


def begin_override(layer: Layer) -> None:
    """Put `layer` in force, over those that are, in this context alone."""
    _layers.set((*_layers.get(), layer))
    _watcher.began(layer)


def end_override(layer: Layer) -> None:
    """Take `layer` away from this context; without effect where it is not in force."""
    # By identity, not by token: blocks that are left in another order than entered must not undo one another.
    _layers.set(tuple(kept for kept in _layers.get() if kept is not layer))
    _watcher.ended(layer)


@contextmanager
def only_layers(choose: Callable[[tuple[Layer, ...]], tuple[Layer, ...]]) -> Generator[None]:
    """For a block, put in force what `choose` makes of the layers that are."""
    token = _layers.set(choose(_layers.get()))
    try:
        yield
    finally:
        _layers.reset(token)


def in_force(container: Container) -> tuple[Container, dict[str, object]]:
    """What a scope of `container` works on here and now, and `{key: value}` that override it, the innermost winning."""
    layers = _layers.get()
    replacements: dict[str, object] = {}
    if not layers:
        return container, replacements
    original = original_of(container)
    for layer in layers:
        if layer.container is original:
            replacements.update(layer.value_by_key)
            if layer.copy is not None and container is original:
                container = layer.copy
    return container, replacements


def check_override_keys(container: Container, value_by_key: Mapping[str, object]) -> None:
    """Refuse keys that the container does not have.

    Raises:
        UnknownNameError: One such key.
        FaultsError: Several.
    """
    unknown = [key for key in value_by_key if find_provider(container, key) is None]
    if not unknown:
        return
    known = list(keys_of(container))
    faults: list[DagwireError] = [UnknownNameError("resource to override", key, known) for key in unknown]
    raise faults[0] if len(faults) == 1 else FaultsError(faults)
