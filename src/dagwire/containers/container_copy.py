"""`ContainerCopy`: a container whose providers are copies of another's, each made when it is asked for."""

from collections.abc import Callable, Iterator, MutableMapping
from typing import Any, cast

from dependency_injector import containers

from dagwire.containers.keys import Container, declared_providers
from dagwire.containers.provider_types import AnyProvider


class ContainerCopy(containers.DynamicContainer):
    """A container of which some providers are copies of another's; an override of that container holds here too.

    A copy is made when it is first asked for, so the container costs what is used of it.
    """

    dagwire_original: Container
    """The container that it is a copy of, and not a copy itself."""

    def __init__(self, original: Container, copy_of: Callable[[AnyProvider], AnyProvider]) -> None:
        """`copy_of` gives the stand-in of a provider of `original`."""
        super().__init__()
        own: Any = vars(self)
        own["dagwire_original"] = original_of(original)
        own["providers"] = ProvidersOnDemand(original, copy_of)
        own["declarative_parent"] = getattr(original, "declarative_parent", None)

    def __getattr__(self, name: str) -> AnyProvider:
        """The provider under `name`."""
        found = None if name.startswith("__") else cast("ProvidersOnDemand", vars(self)["providers"]).get(name)
        if found is None:
            msg = f"the container has no provider '{name}'"
            raise AttributeError(msg)
        return found


class ProvidersOnDemand(MutableMapping[str, AnyProvider]):
    """`{name: provider}` of a copied container; a provider is copied when it is read."""

    def __init__(self, original: Container, copy_of: Callable[[AnyProvider], AnyProvider]) -> None:
        """Copy nothing yet."""
        self.original = original
        self._copy_of = copy_of
        self._own: dict[str, AnyProvider | None] = {}
        """The providers that were put here, or None for one that was taken away."""

    def __getitem__(self, name: str) -> AnyProvider:
        """The provider under `name`, copied now or before."""
        found = self._own[name] if name in self._own else self._copied(name)
        if found is None:
            raise KeyError(name)
        return found

    def _copied(self, name: str) -> AnyProvider | None:
        declared = self.original.providers.get(name)
        return None if declared is None else self._copy_of(declared)

    def declared(self) -> dict[str, AnyProvider]:
        """`{name: provider}` without copying any: what was put here, and the originals of all else."""
        named = {**declared_providers(self.original), **self._own}
        return {name: provider for name, provider in named.items() if provider is not None}

    def __setitem__(self, name: str, provider: AnyProvider) -> None:
        """Put another provider under `name`, here alone."""
        self._own[name] = provider

    def __delitem__(self, name: str) -> None:
        """Take the provider away, here alone."""
        self[name]  # raises if there is none
        self._own[name] = None

    def __contains__(self, name: object) -> bool:
        """Whether there is a provider under `name`; copies nothing."""
        if not isinstance(name, str):
            return False
        return self._own[name] is not None if name in self._own else name in declared_providers(self.original)

    def __iter__(self) -> Iterator[str]:
        return iter(self.declared())

    def __len__(self) -> int:
        return len(self.declared())


def original_of(container: Container) -> Container:
    """The container that `container` is a copy of, or itself."""
    return container.dagwire_original if isinstance(container, ContainerCopy) else container
