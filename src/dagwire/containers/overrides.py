"""`override`: replacements that hold in this context only; other threads and tasks never see them."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from dagwire.containers.keys import Container, find_provider, given_providers, is_container, keys_of
from dagwire.errors import DagwireError, FaultsError, UnknownNameError


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    container: Container
    value_by_key: Mapping[str, object]


_layers: ContextVar[tuple[_Layer, ...]] = ContextVar("dagwire_override_layers", default=())


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
    container = target if is_container(target) else target.container
    value_by_key = given_providers(container, {**(replacements or {}), **by_name})
    check_override_keys(container, value_by_key)
    layer = _Layer(container, value_by_key)
    _layers.set((*_layers.get(), layer))
    try:
        yield
    finally:
        # By identity, not by token: blocks that are left in another order than entered must not undo one another.
        _layers.set(tuple(kept for kept in _layers.get() if kept is not layer))


def overrides_in_force(container: Container) -> dict[str, object]:
    """`{key: value}` of the blocks around this call, the innermost winning."""
    in_force: dict[str, object] = {}
    for layer in _layers.get():
        if layer.container is container:
            in_force.update(layer.value_by_key)
    return in_force


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
