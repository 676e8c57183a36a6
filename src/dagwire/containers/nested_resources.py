"""Recipes in the fields of other recipes: the keys of each, and the keys that it requires. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from dagwire.containers.provider_types import AnyProvider
from dagwire.containers.resource_provider import AnyResourceProvider, ResourceProvider
from dagwire.resources.recipe import Recipe, is_configurable
from dagwire.resources.resource_definition import ResourceDefinition


class NestedRecipes:
    """The recipes nested in the resources of one scope, as they are declared.

    One that is also declared under a key is that key's: it is opened, configured and replaced as the key is.
    """

    def __init__(self, listed: Callable[[], Iterable[AnyProvider]]) -> None:
        """`listed` gives every provider that has a key; it is called once, and only if something is nested."""
        self._listed = listed
        self._provider_by_id: dict[int, AnyProvider] | None = None

    def has_key(self, recipe: object) -> bool:
        """Whether `recipe` is declared under a key of its own."""
        return id(recipe) in self._providers()

    def with_keys(self, nested: Iterable[Recipe]) -> dict[int, AnyProvider]:
        """`{id(recipe): provider}` for those of `nested` that are declared under a key."""
        found = ((id(recipe), self._providers().get(id(recipe))) for recipe in nested)
        return {id_: provider for id_, provider in found if provider is not None}

    def inside(self, provider: AnyResourceProvider) -> list[Recipe]:
        """The recipes nested in `provider`, and in those; not the ones nested in another key's."""
        nested = list(provider.nested)
        for recipe in nested:  # which grows meanwhile
            if is_configurable(recipe) and not self.has_key(recipe):
                nested += recipe.nested_resources().values()
        return nested

    def required_keys(self, source: object, nested: Sequence[Recipe]) -> list[str]:
        """The keys that `source`, and the definitions nested in it that have no key, ask for by name."""
        if not nested:
            return sorted(source.required_resource_keys) if isinstance(source, ResourceDefinition) else []
        definitions = [source, *(recipe for recipe in nested if not self.has_key(recipe))]
        named = (one.required_resource_keys for one in definitions if isinstance(one, ResourceDefinition))
        return sorted(frozenset[str]().union(*named))

    def _providers(self) -> dict[int, AnyProvider]:
        if self._provider_by_id is None:
            declared = [provider for provider in self._listed() if isinstance(provider, ResourceProvider)]
            self._provider_by_id = {id(provider.source): provider for provider in reversed(declared)}
        return self._provider_by_id


class DefinitionByKey(Mapping[str, Any]):
    """`{key: definition}` of everything that is provided; each is looked up when it is asked for."""

    def __init__(self, keys: Callable[[], Iterable[str]], find: Callable[[str], AnyProvider | None]) -> None:
        """`keys` and `find` are the scope's."""
        self._keys = keys
        self._find = find

    def __getitem__(self, key: str) -> object:
        """The declaration under `key`: the recipe, or another provider itself."""
        provider = self._find(key)
        if provider is None:
            raise KeyError(key)
        return provider.source if isinstance(provider, ResourceProvider) else provider

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys())

    def __len__(self) -> int:
        return len(list(self._keys()))
