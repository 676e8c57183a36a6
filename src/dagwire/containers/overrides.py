"""`override`: replacements that hold in this context only; other threads and tasks never see them."""

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ContextDecorator, contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Any, cast
from warnings import warn

from dagwire.containers.as_container import is_container, replacement_providers
from dagwire.containers.container_copy import original_of
from dagwire.containers.keys import (
    Container,
    Key,
    containers_at,
    find_provider,
    is_nested,
    is_nested_container,
    keys_of,
)
from dagwire.containers.option_overrides import Option, option_at
from dagwire.containers.provider_types import AnyProvider
from dagwire.containers.unseen_overrides import unseen_overrides
from dagwire.errors import DagwireError, FaultsError, InvalidInvocationError, UnknownNameError


class Layer:
    """Replacements for one container, in force in every context that has it. Never changes, but for its end."""

    __slots__ = ("container", "copy", "owner", "replacements")

    def __init__(
        self,
        container: Container,
        replacements: dict[str, AnyProvider],
        copy: Container | None = None,
        owner: object | None = None,
    ) -> None:
        """Put nothing in force yet.

        Args:
            container: The container that is overridden.
            replacements: `{key: provider}`; converted once.
            copy: The copy on which scopes of the container work in its place; None for the container itself.
            owner: The test that it belongs to, for whoever must know its own from others'.
        """
        self.container: Container = container
        self.replacements: dict[str, AnyProvider] = replacements
        self.copy: Container | None = copy
        self.owner: object | None = owner


_layers: ContextVar[tuple[Layer, ...]] = ContextVar("dagwire_override_layers", default=())


class Watcher:
    """Hears of overrides as they begin and end; the pytest plugin keeps a record of those that never end."""

    def began(self, layer: Layer) -> None:
        """`layer` is in force in the calling context."""

    def ended(self, layer: Layer) -> None:
        """`layer` was taken away from the calling context."""


_watcher = Watcher()


def watch_overrides(watcher: Watcher) -> None:
    """Have `watcher` hear of every override from now on, in place of the one before."""
    global _watcher  # noqa: PLW0603  # one process has one watcher, and production none
    _watcher = watcher


class override(ContextDecorator):  # noqa: N801  # a context manager that is called as a function is
    """Replace resources in every scope that is opened inside this block, in this thread or task.

    Tasks started inside see it too; threads and tasks started outside never do, and the container is not touched. It
    holds wherever what is overridden is used: in containers that nest the target or were given it, and, if the target
    is a container's class, in each of its instances.

    Args:
        target: A container, its class, a nested container, or definitions that hold a container.
        replacements: `{key: value}`, for keys that are paths: of a nested container (`gateways.s3`), of one option of a
            `Configuration` (`config.db.url`), or of one value of settings (`settings.region`).
        **by_name: `key=value`, for keys that are names.

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

    def __init__(self, target: object, replacements: Mapping[str, object] | None = None, /, **by_name: object) -> None:
        """Replace nothing yet."""
        self._target = target
        self._replacements: Mapping[str, object] = {**replacements, **by_name} if replacements else by_name

    def _recreate_cm(self) -> "override":
        return override(self._target, self._replacements)

    def __enter__(self) -> None:
        """Put the replacements in force.

        Raises:
            UnknownNameError: The container has no such key. Nothing is overridden.
        """
        self._layer = override_layer(self._target, self._replacements)
        begin_override(self._layer)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Take them away."""
        end_override(self._layer)


def override_layer(target: object, replacements: Mapping[str, object], owner: object | None = None) -> Layer:
    """Make what `override` puts in force; nothing is yet.

    Raises:
        InvalidInvocationError: `target` holds no providers.
        UnknownNameError: The container has no such key.
    """
    container = original_of(_container_of(target))
    converted = replacement_providers(container, replacements)
    check_override_keys(container, converted)
    return Layer(container, converted, owner=owner)


def _container_of(target: object) -> Container:
    if is_container(target) or is_nested(target):
        return cast("Container", target)
    container = getattr(target, "container", None)
    if container is None:
        problem = f"takes a container, or definitions that hold one, not {type(target).__name__}."
        raise InvalidInvocationError("override", problem)
    return cast("Container", container)


def begin_override(layer: Layer, stacklevel: int = 3) -> None:
    """Put `layer` in force, over those that are, in this context alone; a warning names the line at `stacklevel`."""
    _layers.set((*_layers.get(), layer))
    _watcher.began(layer)
    for warning in unseen_overrides(layer.container, layer.replacements):
        warn(warning, stacklevel=stacklevel)


def end_override(layer: Layer) -> None:
    """Take `layer` away from this context; without effect if it is not in force."""
    # By identity, not by token: blocks that are left in another order than entered must not undo one another.
    _layers.set(tuple(kept for kept in _layers.get() if kept is not layer))
    _watcher.ended(layer)


@contextmanager
def only_layers(choose: Callable[[tuple[Layer, ...]], tuple[Layer, ...]]) -> Generator[None]:
    """Put in force, for a block, what `choose` makes of the layers that are."""
    token = _layers.set(choose(_layers.get()))
    try:
        yield
    finally:
        _layers.reset(token)


# -- what is in force for one container --------------------------------------------------------------------------------


def in_force(container: Container) -> tuple[Container, dict[Key, AnyProvider]]:
    """The container that a scope works on here and now, and `{key: provider}` that override it, the innermost winning.

    An override of another container holds for the paths under which that one is nested here, and for its very
    providers, since they may be reached by others.
    """
    layers = _layers.get()
    found: dict[Key, AnyProvider] = {}
    if not layers:
        return container, found
    original = original_of(container)
    for layer in layers:
        if layer.container is original:
            _lay_over(found, cast("dict[Key, AnyProvider]", layer.replacements))
            if layer.copy is not None and container is original:
                container = layer.copy
        elif layer.replacements:
            _lay_over(found, _elsewhere(original, layer))
    return container, found


def _lay_over(found: dict[Key, AnyProvider], stronger: Mapping[Key, AnyProvider]) -> None:
    for key, provider in stronger.items():
        found.pop(key, None)  # so that the order of the keys is the order of strength
        found[key] = provider


def _elsewhere(container: Container, layer: Layer) -> dict[Key, AnyProvider]:
    """The replacements of a layer of another container, by their keys for a scope of `container`."""
    paths = [path for path, holder in _holders(container) if _is_meant(layer.container, holder)]
    items = layer.replacements.items()
    found: dict[Key, AnyProvider] = {f"{path}{key}": provider for path in paths for key, provider in items}
    if not isinstance(layer.container, type):
        found |= {_own_key(layer.container, key): provider for key, provider in items}
    return found


def _own_key(container: Container, key: str) -> Key:
    found = find_provider(container, key)
    if found is not None:
        return found
    option = option_at(container, key)
    assert option is not None  # noqa: S101  # the keys of a layer were checked when it was made
    return Option(cast("AnyProvider", find_provider(container, option.root)), option.path)


def _holders(container: Container, path: str = "") -> Iterator[tuple[str, Any]]:
    """`(path, what holds providers)`: the container, and all that are nested in it or were given to it."""
    yield path, container
    for name, provider in container.providers.items():
        if is_nested(provider):
            for holder in containers_at(provider):
                yield from _holders(holder, f"{path}{name}.")


def _is_meant(target: Container, holder: Any) -> bool:
    """Whether an override of `target` is one of `holder`."""
    inner: Any = holder.container if is_nested_container(holder) else None
    if isinstance(target, type):
        made_by = getattr(holder if inner is None else inner, "declarative_parent", None)
        return isinstance(made_by, type) and issubclass(made_by, target)
    return target is holder or target is inner


def check_override_keys(container: Container, keys: Mapping[str, object]) -> None:
    """Refuse keys that the container does not have.

    Raises:
        UnknownNameError: One such key.
        FaultsError: Several.
    """
    unknown = [key for key in keys if find_provider(container, key) is None and option_at(container, key) is None]
    if not unknown:
        return
    known = list(keys_of(container))
    faults: list[DagwireError] = [UnknownNameError("resource to override", key, known) for key in unknown]
    raise faults[0] if len(faults) == 1 else FaultsError(faults)
