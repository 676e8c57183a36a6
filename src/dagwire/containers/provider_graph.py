"""The provider graph of one scope, as data: what its keys reach, in which order, and what is to be private. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from dependency_injector import providers

from dagwire.containers.keys import Container, Requirement, find_provider, keys_of
from dagwire.containers.nested_resources import NestedRecipes
from dagwire.containers.provider_types import AnyProvider, is_provider
from dagwire.containers.resource_provider import ResourceProvider
from dagwire.errors import ResourceCycleError

Replacement = tuple[AnyProvider, AnyProvider]
"""A provider of the container, and what stands in for it."""


class ProviderGraph:
    """What the keys of one scope reach in its container, with the scope's replacements taken into account."""

    def __init__(self, container: Container, given: Mapping[str, AnyProvider]) -> None:
        """Nothing is read yet.

        Args:
            container: Where keys are looked up; it is never changed.
            given: `{key: provider}`, in place of what the container has, or beside it.
        """
        self.container = container
        self.given = given
        found = ((find_provider(container, key), provider) for key, provider in given.items())
        self._replaced = {old: new for old, new in found if old is not None and old is not new}
        self._dependencies: dict[AnyProvider, tuple[AnyProvider, ...]] = {}
        self._key_by_provider: dict[AnyProvider, str] = {}
        self.provider_by_key: dict[str, AnyProvider | None] = {}
        """The keys asked for, by the caller and by resource definitions, and what was found."""
        self._names: dict[AnyProvider, str] | None = None
        self.nested = NestedRecipes(self._listed)
        self.required_keys: dict[AnyProvider, list[str]] = {}
        """`{provider: the keys that it asks for by name}`, of the providers looked at so far that do."""
        self.nested_keys: dict[AnyProvider, dict[int, AnyProvider]] = {}
        """`{provider: {id(recipe): provider}}` of the recipes nested in them that have keys of their own."""

    # -- keys and names ------------------------------------------------------------------------------------------------

    def find(self, key: str) -> AnyProvider | None:
        """The provider under `key`, or None."""
        return find_provider(self.container, key) or self.given.get(key)

    def root(self, key: str) -> AnyProvider | None:
        """The provider under a key that is asked for: it goes by this key from now on."""
        found = self.find(key)
        self.provider_by_key[key] = found
        if found is not None:
            self._key_by_provider.setdefault(found, key)
        return found

    def name(self, provider: AnyProvider) -> str:
        """The key of `provider`, or a description where it has none. May read the whole container: see `Name`."""
        return self._key_by_provider.get(provider) or self._listed().get(provider) or _description(provider)

    @property
    def is_listed(self) -> bool:
        """Whether the whole container was read."""
        return self._names is not None

    def _listed(self) -> dict[AnyProvider, str]:
        if self._names is None:
            found = {key: self.find(key) for key in (*keys_of(self.container), *self.given)}
            self._names = {provider: key for key, provider in found.items() if provider is not None}
        return self._names

    def called_in_the_end(self, provider: AnyProvider) -> AnyProvider:
        """What is called for `provider` after all that stands in for it, and in for that."""
        seen = {provider}
        while (stand_in := self.stand_in(provider)) is not None and stand_in not in seen:
            seen.add(stand_in)
            provider = stand_in
        return provider

    def required_by_resources(self) -> list[Requirement]:
        """The keys that resource definitions name, as far as they have been looked at, saying who asks."""
        asked = ((key, asker) for asker, keys in self.required_keys.items() for key in keys)
        return [Requirement(key, f"resource '{self.name(asker)}'") for key, asker in asked]

    # -- who depends on whom -------------------------------------------------------------------------------------------

    def stand_in(self, provider: AnyProvider) -> AnyProvider | None:
        """What is called in place of `provider`, or None where it is called itself."""
        return self._replaced.get(provider) or cast("Any", provider).last_overriding  # stubs: partly unknown

    def dependencies(self, provider: AnyProvider) -> tuple[AnyProvider, ...]:
        """The providers that a call of `provider` may call, in the order they are declared."""
        known = self._dependencies.get(provider)
        if known is None:
            known = self._dependencies[provider] = self._read_dependencies(provider)
        return known

    def _read_dependencies(self, provider: AnyProvider) -> tuple[AnyProvider, ...]:
        stand_in = self.stand_in(provider)
        if stand_in is not None:
            if provider in self._key_by_provider:
                self._key_by_provider.setdefault(stand_in, self._key_by_provider[provider])
            return (stand_in,)
        if not isinstance(provider, ResourceProvider):
            return tuple(dependencies_of(provider))
        injected = tuple(one for _, one, _ in provider.injected_providers)
        if provider.nested or provider.is_definition:
            return (*injected, *self._required_and_nested(provider))
        return injected

    def _required_and_nested(self, provider: ResourceProvider[Any]) -> Iterator[AnyProvider]:
        """What the resource of `provider` needs besides its arguments."""
        nested = self.nested.inside(provider) if provider.nested else []
        keys = self.nested.required_keys(provider.source, nested)
        if keys:
            self.required_keys[provider] = keys
            yield from (found for key in keys if (found := self.root(key)) is not None)
        with_keys = self.nested.with_keys(nested) if nested else None
        if with_keys:
            self.nested_keys[provider] = with_keys
            yield from with_keys.values()

    def in_order(self, roots: Iterable[AnyProvider]) -> list[AnyProvider]:
        """All that `roots` may reach, dependencies first.

        Raises:
            ResourceCycleError: Providers depend on one another in a circle; it is drawn.
        """
        return list(dependencies_first(roots, self.dependencies, self.name))

    def read_all_below(self, keys: Iterable[str]) -> None:
        """Look at everything that `keys` may reach, going round in no circle."""
        waiting = [found for key in keys if (found := self.root(key)) is not None]
        seen = set(waiting)
        while waiting:
            new = [one for one in self.dependencies(waiting.pop()) if one not in seen]
            seen.update(new)
            waiting += new

    def by_level(self, roots: Sequence[AnyProvider], order: Iterable[AnyProvider]) -> list[AnyProvider]:
        """`roots` in the order in which Dagster opens them: what needs fewer resources, one below another, comes first.

        Args:
            roots: Where to begin.
            order: All that they reach, dependencies first.
        """
        level: dict[AnyProvider, int] = {}
        for provider in order:
            below = max((level[d] for d in self.dependencies(provider)), default=0)
            level[provider] = below + is_owned_by_run(provider)
        return sorted(roots, key=level.__getitem__)

    def private_part(self, order: Iterable[AnyProvider]) -> dict[AnyProvider, frozenset[Replacement]]:
        """The providers of `order` that a run must have to itself, each with the replacements that it reaches.

        They are the run's own resources, what is replaced, and whatever depends on one of these. Two scopes of a run
        may share the private copy of a provider where it reaches the same replacements in both.
        """
        private: dict[AnyProvider, frozenset[Replacement]] = {}
        for provider in order:
            below = [private[d] for d in self.dependencies(provider) if d in private]
            new = self._replaced.get(provider)
            if new is not None:
                below.append(frozenset({(provider, new)}))
            if below or is_owned_by_run(provider):
                private[provider] = frozenset().union(*below)
        return private


class Name:
    """A provider's name, looked up when a message needs it: the whole container may have to be read for it."""

    __slots__ = ("_graph", "_provider")

    def __init__(self, graph: ProviderGraph, provider: AnyProvider) -> None:
        self._graph = graph
        self._provider = provider

    def __str__(self) -> str:
        """The key, or a description."""
        return self._graph.name(self._provider)


def is_owned_by_run(provider: AnyProvider) -> bool:
    """Whether a run opens and closes this provider's object itself.

    dependency-injector's own `Resource` is one such, unless it is open already: then whoever opened it closes it, and
    the run shares it.
    """
    if isinstance(provider, providers.BaseResource):
        return not provider.initialized
    return isinstance(provider, ResourceProvider)


def dependencies_of(provider: AnyProvider) -> Iterator[AnyProvider]:
    """The providers that `provider` itself refers to; dependency-injector's `related`, mended for three kinds."""
    stubbed: Any = provider  # dependency-injector's stubs leave what follows partly unknown
    if isinstance(provider, providers.ConfigurationOption):
        # `related` names its children, which do not matter to it, and not its root, from which it reads.
        yield stubbed._get_root()
        yield from filter(is_provider, stubbed.get_name_segments())
    elif not isinstance(provider, providers.Configuration):
        yield from stubbed.related
        if isinstance(provider, providers.Dict):  # `related` leaves out keys that are providers
            yield from filter(is_provider, stubbed.kwargs)


def dependencies_first(
    roots: Iterable[AnyProvider],
    children: Callable[[AnyProvider], Iterable[AnyProvider]],
    name: Callable[[AnyProvider], str],
) -> Iterator[AnyProvider]:
    """Each provider reachable from `roots`, once, after its children.

    `children` is asked lazily: what it yields next may depend on what the caller did with the providers yielded so far.
    Iterative, because a chain of providers may be longer than Python's stack.

    Raises:
        ResourceCycleError: Providers depend on one another in a circle; it is drawn with their names.
    """
    done: set[AnyProvider] = set()
    for root in roots:
        path = [(root, iter(children(root)))] if root not in done else []
        on_path = {root}
        while path:
            provider, remaining = path[-1]
            for child in remaining:
                if child in on_path:
                    circle = [above for above, _ in path]
                    raise ResourceCycleError(list(dict.fromkeys(map(name, circle[circle.index(child) :]))))
                if child not in done:
                    path.append((child, iter(children(child))))
                    on_path.add(child)
                    break
            else:
                path.pop()
                on_path.discard(provider)
                done.add(provider)
                yield provider


def _description(provider: AnyProvider) -> str:
    """What an anonymous provider provides, in a word for a message."""
    provides: Any = provider
    if isinstance(provider, ResourceProvider):
        provides = provider.source
    if is_provider(provides) and hasattr(type(provides), "provides"):
        provides = cast("Any", provides).provides
    return str(getattr(provides, "__name__", type(provides).__name__))
