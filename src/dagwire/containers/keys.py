"""Keys: a provider's path in its container, `warehouse` or `gateways.s3`, and who asks for it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, cast

from dependency_injector import containers, providers

from dagwire.config.values.type_guards import SCALARS
from dagwire.containers.provider_types import AnyProvider, is_provider

_NESTED = (providers.Container, providers.DependenciesContainer)
"""The providers that have keys of their own. A tuple: a union would be made anew for each check."""

Key = Any
"""The key of a replacement: a path in the scope's container, a provider of another container itself, or an `Option`."""


class EphemeralContainer:
    """Resources given as a dict to a call that is their only user: a container as far as a scope reads one."""

    __slots__ = ("_make_providers", "_providers", "given", "has_providers")

    def __init__(
        self, given: Mapping[str, object], make_providers: Callable[[Mapping[str, object]], dict[str, AnyProvider]]
    ) -> None:
        """`make_providers` makes `{key: provider}` of what is `given`, when somebody asks for providers."""
        self.given: Mapping[str, object] = given
        self.has_providers: bool = any(map(_is_provider_or_container, given.values()))
        """Whether providers or containers are among the values."""
        self._make_providers = make_providers
        self._providers: dict[str, AnyProvider] | None = None

    @property
    def providers(self) -> dict[str, AnyProvider]:
        """`{key: provider}`."""
        if self._providers is None:
            self._providers = self._make_providers(self.given)
        return self._providers


def _is_provider_or_container(value: object) -> bool:
    return type(value) not in SCALARS and (is_provider(value) or getattr(value, "__IS_CONTAINER__", False) is True)


Container = (
    containers.Container | containers.DynamicContainer | type[containers.DeclarativeContainer] | EphemeralContainer
)


class Requirement(NamedTuple):
    """A key, and who asks for it."""

    key: str
    asker: str = ""
    """The definition, as a message names it: "asset 'trips'"."""
    expected: object = None
    """The type that the asker declares, or None."""
    has_default: bool = False
    """Whether a run provides it if nobody else does, so that it is never missing."""


def is_nested(provider: object) -> bool:
    """Whether `provider` holds providers that have keys of their own."""
    return isinstance(provider, _NESTED)


def is_nested_container(holder: object) -> bool:
    """Whether `holder` is the provider of a nested container, which it holds as `container`."""
    return isinstance(holder, providers.Container)


def find_provider(container: Container, key: Key) -> AnyProvider | None:
    """The provider under `key`, a name of the container or a path through nested containers; or None."""
    if not isinstance(key, str):
        return cast("AnyProvider", key)
    found = container.providers.get(key)
    if found is not None or "." not in key:
        return found
    return next(_at_path(container, key), None)


def providers_at(container: Container, key: Key) -> list[AnyProvider]:
    """The providers under `key`: the container's own, and that of a container given in a nested one's place.

    dependency-injector overrides the nested container's providers by those of the one that is given. Within the given
    one they refer to one another directly, so a replacement must take the place of both.
    """
    if not isinstance(key, str):
        return [key]
    found = container.providers.get(key)
    return list(_at_path(container, key)) if found is None and "." in key else [found] if found is not None else []


def _at_path(container: Container, key: str) -> Iterator[AnyProvider]:
    name, _, rest = key.partition(".")
    outer = container.providers.get(name)
    for inner in containers_at(outer):
        found = inner.providers.get(rest)
        below = [found] if found is not None else list(_at_path(inner, rest)) if "." in rest else []
        yield from below
        if below and isinstance(outer, providers.DependenciesContainer):
            return  # what it was given belongs to others, too; what stands here refers to it


def containers_at(provider: AnyProvider | None) -> Iterator[Any]:
    """The holders of the providers of a nested container: itself, and each container that was given in its place."""
    if is_nested(provider):
        yield provider
        for given in cast("Any", provider).overridden:  # stubs: partly unknown
            holder = given if is_nested(given) else given.provides
            if hasattr(holder, "providers"):
                yield holder


def declared_providers(container: Container) -> Mapping[str, AnyProvider]:
    """`{name: provider}` of a container; of a copied one those that are copied on their first use."""
    listed: Any = container.providers
    return cast("Mapping[str, AnyProvider]", listed if type(listed) is dict else listed.declared())


def nested_containers(container: Container) -> Iterator[Container]:
    """`container`, and all that are nested in it: whatever has `providers`."""
    yield container
    for provider in declared_providers(container).values():
        if isinstance(provider, _NESTED):
            yield from nested_containers(provider)  # type: ignore[arg-type]  # has providers, which is all that is read


def keys_of(container: Container) -> Iterator[str]:
    """Every key of `container`, those of nested containers as paths."""
    return (key for key, _ in declared_by_key(container))


def declared_by_key(container: Container, prefix: str = "") -> Iterator[tuple[str, AnyProvider]]:
    """`(key, provider)` of `container`; of a copied one those that are copied on their first use."""
    for name, provider in declared_providers(container).items():
        yield prefix + name, provider
        if isinstance(provider, _NESTED):
            yield from declared_by_key(provider, f"{prefix}{name}.")  # type: ignore[arg-type]  # has providers, as above
