"""The provider graph, as data: who depends on whom, in which order, and what a run must have to itself. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast

from dependency_injector import providers

from dagwire.containers.resource_provider import ResourceProvider
from dagwire.errors import ResourceCycleError
from dagwire.resources.definition import ResourceDefinition

AnyProvider = providers.Provider[Any]
Children = Callable[[AnyProvider], Iterable[AnyProvider]]


class ProviderGraph:
    """What a container's providers depend on, with the overrides in force taken into account."""

    def __init__(
        self, replaced: Mapping[AnyProvider, AnyProvider], find_required: Callable[[str, str], AnyProvider | None]
    ) -> None:
        """Keep the overrides of one run.

        Args:
            replaced: `{provider: what stands in for it}`; stronger than an override on the provider itself.
            find_required: `(key, asker) -> provider` for the keys that resource definitions name.
        """
        self._replaced = replaced
        self._find_required = find_required
        self._dependencies: dict[AnyProvider, tuple[AnyProvider, ...]] = {}

    def stand_in(self, provider: AnyProvider) -> AnyProvider | None:
        """What is called in place of `provider`, or None where it is called itself."""
        return self._replaced.get(provider) or cast("Any", provider).last_overriding  # stubs: partly unknown

    def dependencies(self, provider: AnyProvider) -> tuple[AnyProvider, ...]:
        """The providers that a call of `provider` may call, in the order they are declared."""
        known = self._dependencies.get(provider)
        if known is None:
            known = self._dependencies[provider] = tuple(dict.fromkeys(self._read_dependencies(provider)))
        return known

    def visited(self) -> Iterable[AnyProvider]:
        """The providers whose dependencies were asked for so far."""
        return self._dependencies

    def _read_dependencies(self, provider: AnyProvider) -> Iterator[AnyProvider]:
        stand_in = self.stand_in(provider)
        if stand_in is not None:
            yield stand_in
            return
        yield from cast("Any", provider).related  # stubs: partly unknown
        if isinstance(provider, ResourceProvider) and isinstance(provider.declared_recipe, ResourceDefinition):
            asker = f"resource '{provider.description}'"
            for key in sorted(provider.declared_recipe.required_resource_keys):
                found = self._find_required(key, asker)
                if found is not None:
                    yield found

    def dependents_of(self, order: Iterable[AnyProvider], seeds: set[AnyProvider]) -> set[AnyProvider]:
        """`seeds` found in `order` and all that depends on them; `order` has dependencies first."""
        affected: set[AnyProvider] = set()
        for provider in order:
            if provider in seeds or any(d in affected for d in self.dependencies(provider)):
                affected.add(provider)
        return affected


def dependencies_first(
    roots: Iterable[AnyProvider], children: Children, name_of: Mapping[AnyProvider, str]
) -> Iterator[AnyProvider]:
    """Each provider reachable from `roots`, once, after its children.

    `children` is asked lazily: what it yields next may depend on what the caller did with the providers yielded so far.
    Iterative, because a chain of providers may be longer than Python's stack.

    Raises:
        ResourceCycleError: Providers depend on one another in a circle; it is drawn with the names in `name_of`.
    """
    done: set[AnyProvider] = set()
    path: dict[AnyProvider, Iterator[AnyProvider]] = {}
    for root in roots:
        if root in done:
            continue
        path[root] = iter(children(root))
        while path:
            provider, remaining = next(reversed(path.items()))
            child = next(remaining, None)
            if child is None:
                del path[provider]
                done.add(provider)
                yield provider
            elif child in path:
                circle = list(path)[list(path).index(child) :]
                raise ResourceCycleError([name_of[p] for p in circle if p in name_of])
            elif child not in done:
                path[child] = iter(children(child))
