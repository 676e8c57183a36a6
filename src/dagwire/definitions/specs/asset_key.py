"""`AssetKey`: the name of an asset, a path of parts."""

from collections.abc import Sequence
from typing import Union, cast

from dagwire.config.values.type_guards import is_collection
from dagwire.errors import InvalidDefinitionError

CoercibleToAssetKey = Union["AssetKey", str, Sequence[str]]


class AssetKey:
    """The name of an asset: one part, or several as a path. Equal by value."""

    __slots__ = ("_hash", "parts")

    def __init__(self, path: str | Sequence[str]) -> None:
        """A string is one part, slashes and all, as in Dagster; `from_user_string` splits it."""
        self.parts: tuple[str, ...] = (path,) if isinstance(path, str) else tuple(path)
        self._hash = hash(self.parts)

    @property
    def path(self) -> list[str]:
        """The parts, as a list."""
        return list(self.parts)

    def to_user_string(self) -> str:
        """The parts joined by slashes, as people write and read a key."""
        return "/".join(self.parts)

    @staticmethod
    def from_user_string(text: str) -> "AssetKey":
        """The key that `to_user_string` gave `text` for."""
        return AssetKey(text.split("/"))

    @staticmethod
    def from_coercible(key: object) -> "AssetKey":
        """`key` as an AssetKey: one itself, a string, a sequence of parts, or a definition that has a `key`.

        Raises:
            InvalidDefinitionError: It is none of these.
        """
        if isinstance(key, AssetKey):
            return key
        if isinstance(key, str) or (is_collection(key) and all(isinstance(part, str) for part in key)):
            return AssetKey(cast("Sequence[str]", key))
        inner = getattr(key, "key", None)
        if isinstance(inner, AssetKey):
            return inner
        msg = f"An asset is named by a string, a list of strings, an AssetKey or the asset itself, not by {key!r}."
        raise InvalidDefinitionError(msg)

    def with_prefix(self, prefix: str | Sequence[str]) -> "AssetKey":
        """This key with parts put in front."""
        return AssetKey((*AssetKey(prefix).parts, *self.parts))

    def to_python_identifier(self) -> str:
        """The parts joined by two underscores: the name of the asset's step."""
        return "__".join(self.parts).replace("-", "_").replace(".", "_")

    def __eq__(self, other: object) -> bool:
        """Equal where the parts are."""
        return isinstance(other, AssetKey) and self.parts == other.parts

    def __hash__(self) -> int:
        """By the parts."""
        return self._hash

    def __repr__(self) -> str:
        """As one would write it."""
        return f"AssetKey({self.path!r})"
