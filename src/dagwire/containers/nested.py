"""Recipes that stand in the fields of other recipes: which keys they go by, and which keys they ask for. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from dagwire.containers.resource_provider import AnyProvider, ResourceProvider
from dagwire.resources.definition import ResourceDefinition
from dagwire.resources.recipe import Recipe, is_configurable, is_recipe


class NestedRecipes:
    """The recipes nested in the resources of one scope, as they are declared.

    One that is also declared under a key is that key's: it is opened, configured and replaced as the key is.
    """

    def __init__(self, listed: Callable[[], Iterable[AnyProvider]]) -> None:
        """`listed` gives every provider that has a key; it is called once, and only if something is nested."""
        self._listed = listed
        self._provider_by_id: dict[int, AnyProvider] | None = None
        self._nested_by_provider: dict[AnyProvider, list[Recipe]] = {}
        self._required_by_provider: dict[AnyProvider, list[str]] = {}

    def has_key(self, recipe: object) -> bool:
        """Whether `recipe` is declared under a key of its own."""
        return id(recipe) in self._providers()

    def with_keys(self, provider: AnyProvider) -> dict[int, AnyProvider]:
        """`{id(recipe): provider}` for what is nested in `provider` and declared under a key."""
        return {
            id(recipe): self._providers()[id(recipe)] for recipe in self._nested_in(provider) if self.has_key(recipe)
        }

    def required_keys(self, provider: AnyProvider) -> list[str]:
        """The keys that `provider`, and the definitions nested in it, ask for by name."""
        known = self._required_by_provider.get(provider)
        if known is None:
            known = self._required_by_provider[provider] = self._read_required_keys(provider)
        return known

    def _read_required_keys(self, provider: AnyProvider) -> list[str]:
        if not isinstance(provider, ResourceProvider):
            return []
        definitions = [recipe for recipe in self._nested_in(provider) if not self.has_key(recipe)]
        source: Any = provider.source
        named = (one.required_resource_keys for one in (source, *definitions) if isinstance(one, ResourceDefinition))
        return sorted(frozenset[str]().union(*named))

    def _providers(self) -> dict[int, AnyProvider]:
        if self._provider_by_id is None:
            declared = [provider for provider in self._listed() if isinstance(provider, ResourceProvider)]
            self._provider_by_id = {id(provider.source): provider for provider in reversed(declared)}
        return self._provider_by_id

    def _nested_in(self, provider: AnyProvider) -> list[Recipe]:
        """What is nested in `provider`, and in that; not what is nested in another key's."""
        if not isinstance(provider, ResourceProvider):
            return []
        known = self._nested_by_provider.get(provider)
        if known is None:
            known = self._nested_by_provider[provider] = list(_nested_in_declaration(provider))
            for recipe in known:  # which grows meanwhile
                if is_configurable(recipe) and not self.has_key(recipe):
                    known += recipe.nested_resources().values()
        return known


def _nested_in_declaration(provider: ResourceProvider[Any]) -> Iterator[Recipe]:
    if is_configurable(provider.source):
        yield from provider.source.nested_resources().values()
    for value in (*provider.args, *provider.fields.values()):
        if is_recipe(value):
            yield value


class DefinitionByKey(Mapping[str, Any]):
    """`{key: definition}` of everything that is provided; each is looked up when it is asked for."""

    def __init__(self, keys: Callable[[], Iterable[str]], find: Callable[[str], AnyProvider | None]) -> None:
        """`keys` and `find` are the scope's."""
        self._keys = keys
        self._find = find

    def __getitem__(self, key: str) -> Any:
        """What is declared under `key`: the recipe, or another provider itself."""
        provider = self._find(key)
        if provider is None:
            raise KeyError(key)
        return provider.source if isinstance(provider, ResourceProvider) else provider

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys())

    def __len__(self) -> int:
        return len(list(self._keys()))
