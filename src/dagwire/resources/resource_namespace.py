"""`ResourceNamespace`: the resources of a nested container, in the view of those that are open."""

from collections.abc import Callable, Collection

from dagwire.errors import UnknownResourceError


class ResourceNamespace:
    """The resources of a nested container; each is opened when it is first read, and closed with its scope."""

    __slots__ = ("_names", "_path", "_read")

    def __init__(self, path: str, names: Collection[str], read: Callable[[str], object]) -> None:
        """Open nothing yet.

        Args:
            path: The key of the nested container.
            names: What it holds.
            read: Gives the resource under a key, or the namespace of a container that is nested further.
        """
        self._path = path
        self._names = names
        self._read = read

    def __getattr__(self, name: str) -> object:
        """The resource under `name`.

        Raises:
            UnknownResourceError: The container has no such name.
            ResourceNotOpenError: It was not read while the scope was open.
        """
        if name not in self._names:
            raise UnknownResourceError(f"{self._path}.{name}", [f"{self._path}.{known}" for known in self._names])
        return self._read(f"{self._path}.{name}")

    def __getitem__(self, key: str) -> object:
        """The resource under `key`, which may be a path."""
        name, _, rest = key.partition(".")
        value = self.__getattr__(name)
        return value[rest] if rest and isinstance(value, ResourceNamespace) else value

    def __repr__(self) -> str:
        """Show the keys; never the values."""
        return f"Resources({', '.join(f'{self._path}.{name}' for name in self._names)})"
