"""`AssetKey`: the name of an asset, a path of parts."""

import json
import re
from collections.abc import Sequence
from functools import total_ordering
from typing import Union, cast

from dagwire.config.values.type_guards import is_collection
from dagwire.errors import ArgumentTypeError, InvalidDefinitionError

CoercibleToAssetKey = Union["AssetKey", str, Sequence[str]]
CoercibleToAssetKeyPrefix = str | Sequence[str]


@total_ordering
class AssetKey:
    """The name of an asset: one part, or several as a path. Equal and ordered by value."""

    __slots__ = ("_hash", "parts")

    def __init__(self, path: str | Sequence[str]) -> None:
        """Take a string as one part, slashes and all, as in Dagster; `from_user_string` splits it.

        Raises:
            ArgumentTypeError: `path` is neither a string nor a sequence of strings.
        """
        if not isinstance(path, str) and not _is_path(path):
            raise ArgumentTypeError("AssetKey", "path", "str or sequence of str", path)
        self.parts: tuple[str, ...] = (path,) if isinstance(path, str) else tuple(path)
        self._hash = hash(self.parts)

    @property
    def path(self) -> list[str]:
        """The parts, as a list."""
        return list(self.parts)

    # -- as text -------------------------------------------------------------------------------------------------------

    def to_user_string(self) -> str:
        """Join the parts by slashes, as people write and read a key."""
        return "/".join(self.parts)

    @staticmethod
    def from_user_string(asset_key_string: str) -> "AssetKey":
        """Return the key whose parts are joined by slashes."""
        return AssetKey(asset_key_string.split("/"))

    def to_escaped_user_string(self) -> str:
        r"""Join the parts by slashes; a slash within a part is written `\/`."""
        return "/".join(part.replace("/", r"\/") for part in self.parts)

    @staticmethod
    def from_escaped_user_string(asset_key_string: str) -> "AssetKey":
        """Return the key that `to_escaped_user_string` wrote."""
        return AssetKey([part.replace(r"\/", "/") for part in re.split(r"(?<!\\)/", asset_key_string)])

    def to_string(self) -> str:
        """Write the parts as a JSON list, as Dagster's storage does."""
        return json.dumps(self.path)

    to_db_string = to_string

    @staticmethod
    def from_db_string(asset_key_string: str | None) -> "AssetKey | None":
        """Return the key that `to_string` wrote; None for text of another form."""
        try:
            return AssetKey(json.loads(asset_key_string or ""))
        except (ValueError, InvalidDefinitionError):
            return None

    def to_python_identifier(self, suffix: str | None = None) -> str:
        """Join the parts, and `suffix`, by two underscores: the name of the asset's step."""
        parts = self.parts if suffix is None else (*self.parts, suffix)
        return "__".join(parts).replace("-", "_").replace(".", "_")

    # -- from other forms ----------------------------------------------------------------------------------------------

    @staticmethod
    def from_coercible(key: object) -> "AssetKey":
        """Return `key` as an AssetKey: one itself, a string, a sequence of parts, or a definition that has a `key`.

        Raises:
            InvalidDefinitionError: `key` is none of these.
        """
        if isinstance(key, AssetKey):
            return key
        if isinstance(key, str) or (is_collection(key) and all(isinstance(part, str) for part in key)):
            return AssetKey(cast("Sequence[str]", key))
        inner = getattr(key, "key", None)
        if isinstance(inner, AssetKey):
            return inner
        kind = type(key).__name__
        msg = f"An asset is named by a string, a list of strings, an AssetKey or the asset itself, not by {kind}."
        raise InvalidDefinitionError(msg)

    from_coercible_or_definition = from_coercible

    # -- prefixes ------------------------------------------------------------------------------------------------------

    def has_prefix(self, prefix: Sequence[str]) -> bool:
        """Whether the key begins with the parts `prefix`."""
        return self.parts[: len(prefix)] == tuple(prefix)

    def with_prefix(self, prefix: CoercibleToAssetKeyPrefix) -> "AssetKey":
        """Return this key with parts put in front."""
        return AssetKey((*AssetKey(prefix).parts, *self.parts))

    def __eq__(self, other: object) -> bool:
        """Compare the parts."""
        return isinstance(other, AssetKey) and self.parts == other.parts

    def __lt__(self, other: object) -> bool:
        """Order by the parts."""
        return self.parts < other.parts if isinstance(other, AssetKey) else NotImplemented

    def __hash__(self) -> int:
        """Hash the parts."""
        return self._hash

    def __repr__(self) -> str:
        """Show the parts as a list."""
        return f"AssetKey({self.path!r})"


def _is_path(value: object) -> bool:
    return isinstance(value, Sequence) and all(isinstance(part, str) for part in cast("Sequence[object]", value))
