"""The provider graph of one scope, as data: what its keys reach, in which order, what is private to the run. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from dependency_injector import providers

from dagwire.containers.keys import Container, Key, Requirement, find_provider, keys_of, providers_at
from dagwire.containers.nested_resources import NestedRecipes
from dagwire.containers.provider_edges import Edges, edges_of
from dagwire.containers.provider_types import AnyProvider, is_provider
from dagwire.containers.resource_provider import AnyResourceProvider, ResourceProvider
from dagwire.errors import ResourceCycleError


class Facts(NamedTuple):
    """Facts about a provider in one scope, read once: a plan asks for them again and again."""

    called: tuple[AnyProvider, ...]
    """The providers that a call of it may call, in the order they are declared."""
    passed_on: tuple[AnyProvider, ...]
    """The providers that it passes on uncalled."""
    referred: tuple[AnyProvider, ...]
    """Both."""
    replacement: AnyProvider | None
    """The provider that is called in its place; None if it is called itself."""
    is_owned: bool
    """Whether a run opens and closes its object itself; never if it is replaced."""


class ProviderGraph:
    """The providers that the keys of one scope reach, with the scope's replacements taken into account."""

    def __init__(self, container: Container, replacements: Mapping[Key, AnyProvider]) -> None:
        """Read nothing yet.

        Args:
            container: Where keys are looked up; it is never changed.
            replacements: `{key: provider}`, in place of a provider of the container, or beside them. A provider of
                another container is its own key.
        """
        self.container = container
        self.replacements = replacements
        self.replaced: dict[AnyProvider, AnyProvider] = {
            old: new for key, new in replacements.items() for old in providers_at(container, key)
        }
        """`{provider: what is called in its place}`."""
        self.replaced = {old: new for old, new in self.replaced.items() if old is not new}
        self.facts: dict[AnyProvider, Facts] = {}
        """The facts about each provider that was looked at so far."""
        self._key_by_provider: dict[AnyProvider, str] = {}
        self.provider_by_key: dict[str, AnyProvider | None] = {}
        """The keys asked for, by the caller and by resource definitions, and what was found."""
        self._names: dict[AnyProvider, str] | None = None
        self.nested: NestedRecipes = NestedRecipes(self._listed)
        self.required_keys: dict[AnyProvider, list[str]] = {}
        """`{provider: the keys that it asks for by name}`, for each provider looked at so far that asks."""
        self.nested_keys: dict[AnyProvider, dict[int, AnyProvider]] = {}
        """`{provider: {id(recipe): provider}}` of the recipes nested in them that have keys of their own."""

    # -- keys and names ------------------------------------------------------------------------------------------------

    def find(self, key: str) -> AnyProvider | None:
        """The provider under `key`, or None."""
        return find_provider(self.container, key) or self.replacements.get(key)

    def root(self, key: str) -> AnyProvider | None:
        """The provider under a key that is asked for: it goes by this key from now on."""
        found = self.find(key)
        self.provider_by_key[key] = found
        if found is not None:
            self._key_by_provider.setdefault(found, key)
        return found

    def name(self, provider: AnyProvider) -> str:
        """The key of `provider`, or a description if it has none. May read the whole container: see `Name`."""
        return self.key_of(provider) or self._read_from(provider) or _description(provider)

    def _read_from(self, provider: Any) -> str | None:
        """`flags.is_on()` for what reads it from another provider, as `flags.provided.is_on.call()` does."""
        if isinstance(provider, providers.ProvidedInstance):
            return self.name(cast("Any", provider).provides)
        if isinstance(provider, providers.AttributeGetter):
            return f"{self.name(cast('Any', provider).provides)}.{cast('Any', provider).name}"
        if isinstance(provider, providers.ItemGetter):
            return f"{self.name(cast('Any', provider).provides)}[{cast('Any', provider).name!r}]"
        if isinstance(provider, providers.MethodCaller):
            return f"{self.name(cast('Any', provider).provides)}()"
        return None

    def key_of(self, provider: AnyProvider) -> str | None:
        """The key of `provider`, or None. May read the whole container."""
        return self._key_by_provider.get(provider) or self._listed().get(provider)

    def known_keys(self) -> dict[str, None]:
        """The keys that have a provider."""
        return dict.fromkeys((*keys_of(self.container), *(key for key in self.replacements if isinstance(key, str))))

    @property
    def is_listed(self) -> bool:
        """Whether the whole container was read."""
        return self._names is not None

    def _listed(self) -> dict[AnyProvider, str]:
        if self._names is None:
            found = {key: self.find(key) for key in self.known_keys()}
            self._names = {provider: key for key, provider in reversed(found.items()) if provider is not None}
        return self._names

    def required_by_resources(self) -> list[Requirement]:
        """The keys that resource definitions name, as far as they have been looked at, with who asks."""
        asked = ((key, asker) for asker, keys in self.required_keys.items() for key in keys)
        return [Requirement(key, f"resource '{self.name(asker)}'") for key, asker in asked]

    # -- who depends on whom -------------------------------------------------------------------------------------------

    def replacement_of(self, provider: AnyProvider) -> AnyProvider | None:
        """The provider that is called in place of `provider`, or None if it is called itself."""
        return self.replaced.get(provider) or cast("Any", provider).last_overriding  # stubs: partly unknown

    def effective_provider(self, provider: AnyProvider) -> AnyProvider:
        """The provider that is called in the end, after all replacements of `provider` and of its replacements."""
        seen = {provider}
        while (replacement := self.replacement_of(provider)) is not None and replacement not in seen:
            seen.add(replacement)
            provider = replacement
        return provider

    def facts_of(self, provider: AnyProvider) -> Facts:
        """The facts about `provider` in this scope."""
        known = self.facts.get(provider)
        if known is None:
            replacement = self.replacement_of(provider)
            called, passed_on = self._read_edges(provider, replacement)
            is_owned = replacement is None and is_owned_by_run(provider)
            known = self.facts[provider] = Facts(called, passed_on, (*called, *passed_on), replacement, is_owned)
        return known

    def dependencies(self, provider: AnyProvider) -> tuple[AnyProvider, ...]:
        """The providers that a call of `provider` may call, in the order they are declared."""
        return self.facts_of(provider).called

    def referred(self, provider: AnyProvider) -> tuple[AnyProvider, ...]:
        """The providers that `provider` calls or passes on."""
        return self.facts_of(provider).referred

    def _read_edges(self, provider: AnyProvider, replacement: AnyProvider | None) -> Edges:
        if replacement is not None:
            if provider in self._key_by_provider:
                self._key_by_provider.setdefault(replacement, self._key_by_provider[provider])
            return Edges((replacement,))
        if not isinstance(provider, ResourceProvider):
            return edges_of(provider)
        called = tuple(one for _, one, is_called in provider.injected_providers if is_called)
        passed_on = tuple(one for _, one, is_called in provider.injected_providers if not is_called)
        if provider.nested or provider.is_definition:
            return Edges((*called, *self._required_and_nested(provider)), passed_on)
        return Edges(called, passed_on)

    def _required_and_nested(self, provider: AnyResourceProvider) -> Iterator[AnyProvider]:
        """The providers that the resource of `provider` needs besides its arguments."""
        nested = self.nested.inside(provider) if provider.nested else []
        keys = self.nested.required_keys(provider.source, nested)
        if keys:
            self.required_keys[provider] = keys
            yield from (found for key in keys if (found := self.root(key)) is not None)
        with_keys = self.nested.with_keys(nested) if nested else None
        if with_keys:
            self.nested_keys[provider] = with_keys
            yield from with_keys.values()

    # -- walks ---------------------------------------------------------------------------------------------------------

    def in_order(self, roots: Iterable[AnyProvider]) -> list[AnyProvider]:
        """List the providers that a call of `roots` may call, dependencies first.

        Raises:
            ResourceCycleError: Providers depend on one another in a cycle; it is drawn.
        """
        return list(dependencies_first(roots, self.dependencies, self.name))

    def with_passed_on(self, order: Sequence[AnyProvider]) -> list[AnyProvider]:
        """List the providers that `order` calls or passes on, dependencies first unless passing on makes a cycle.

        Raises:
            ResourceCycleError: Providers that are passed on call one another in a cycle.
        """
        if not any(self.facts[provider].passed_on for provider in order):
            return list(order)
        reached = list(dependencies_first(order, self.referred, None))
        self.in_order(reached)  # a cycle of calls is one, whoever makes the first call
        return reached

    def read_all_below(self, keys: Iterable[str]) -> list[AnyProvider]:
        """List every provider that `keys` may reach, in no order, each one once."""
        roots = [found for key in keys if (found := self.root(key)) is not None]
        return list(dependencies_first(roots, self.referred, None))

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


def dependencies_first(
    roots: Iterable[AnyProvider],
    children: Callable[[AnyProvider], Iterable[AnyProvider]],
    name: Callable[[AnyProvider], str] | None,
) -> Iterator[AnyProvider]:
    """Yield each provider reachable from `roots`, once, after its children.

    `children` is asked lazily: what it yields next may depend on what the caller did with the providers yielded so far.
    Iterative, because a chain of providers may be longer than Python's stack. Without `name` a cycle is walked once.

    Raises:
        ResourceCycleError: Providers depend on one another in a cycle; it is drawn with their names.
    """
    done: set[AnyProvider] = set()
    for root in roots:
        path = [(root, iter(children(root)))] if root not in done else []
        on_path = {root}
        while path:
            provider, remaining = path[-1]
            for child in remaining:
                if child in on_path:
                    if name is None:
                        continue
                    cycle = [above for above, _ in path]
                    raise ResourceCycleError(list(dict.fromkeys(map(name, cycle[cycle.index(child) :]))))
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
    """A word for an anonymous provider, for a message."""
    provides: Any = provider
    if isinstance(provider, ResourceProvider):
        provides = provider.source
    if is_provider(provides) and hasattr(type(provides), "provides"):
        provides = cast("Any", provides).provides
    return str(getattr(provides, "__name__", type(provides).__name__))
