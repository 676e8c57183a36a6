"""`ResourcesOnDemand`: a view of a container's resources, each of which opens when it is first read."""

from collections.abc import Iterable, Mapping
from typing import Any

from dagwire.containers.run_scope import RunScope
from dagwire.errors import UnknownResourceError
from dagwire.resources.attached_object import attached_object
from dagwire.resources.init_resource_context import Resources


class ResourcesOnDemand(Resources):
    """A view like `Resources`, which asks an open scope for what is read; valid until the scope closes."""

    __slots__ = ("_keys", "_prefix", "_scope")
    _keys: frozenset[str]
    _prefix: str
    _scope: RunScope

    def __init__(self, scope: RunScope, keys: Iterable[str], prefix: str = "") -> None:
        """Open nothing yet. `prefix` is the path of the nested container whose resources these are, with its dot."""
        super().__init__({})
        for name, value in (("_scope", scope), ("_keys", frozenset(keys)), ("_prefix", prefix)):
            object.__setattr__(self, name, value)

    def __getattr__(self, key: str) -> Any:
        """The open resource under a key, or the view of a nested container.

        Raises:
            UnknownResourceError: There is no such key; it is an AttributeError, too.
            ResourceSetupError: The resource could not be opened.
        """
        path = f"{self._prefix}{key}"
        if any(known.startswith(f"{path}.") for known in self._keys):
            return ResourcesOnDemand(self._scope, self._keys, f"{path}.")
        if path not in self._keys:
            raise UnknownResourceError(path, self._keys)
        return attached_object(self._scope.get(path))

    def __getitem__(self, key: str) -> Any:
        """The open resource under a key, which may be a path; raises as reading an attribute does."""
        return self.__getattr__(key)

    def originals(self, keys: Iterable[str]) -> Mapping[str, object]:
        """`{key: resource}` of the resources themselves, opened if they are not."""
        return {key: self._scope.get(key) for key in keys}

    def __repr__(self) -> str:
        """Show the keys, not the values."""
        return f"ResourcesOnDemand({', '.join(sorted(self._keys))})"
