"""`AssetSelection`: a selection of assets and of their checks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.assets.resolve_selection import selected_assets, selected_checks
from dagwire.definitions.assets.selectable import AssetsOrGraph, Selectable
from dagwire.definitions.assets.selection_str import selection_str
from dagwire.definitions.assets.selection_text import parsed
from dagwire.definitions.assets.selection_tree import (
    SelectionKind,
    SelectionTree,
    both,
    downstream,
    either,
    upstream,
)
from dagwire.definitions.assets.source_asset import SourceAsset
from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKey, CoercibleToAssetKeyPrefix
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.check_results import AssetCheckKey
from dagwire.errors import InvalidDefinitionError


@dataclass(frozen=True, slots=True, repr=False)
class AssetSelection:
    """A selection of assets and of their checks, unless checks are left out. Equal by value.

    `|` unites selections, `&` intersects them, `-` subtracts one from another.

    Example:
        >>> from dagwire import AssetSelection
        >>> str(AssetSelection.groups("raw").downstream() - AssetSelection.assets("raw/trips"))
        'group:"raw"+ and not key:"raw/trips"'
    """

    tree: SelectionTree
    """The selection as data."""

    # -- assets --------------------------------------------------------------------------------------------------------

    @classmethod
    def all(cls, include_sources: bool = False) -> "AssetSelection":  # Dagster's signature
        """Select all assets; with `include_sources` those that are made elsewhere, too."""
        return cls._of(SelectionKind.ALL, include_sources=include_sources)

    @classmethod
    def any_of(cls, selections: Iterable["AssetSelection"]) -> "AssetSelection":
        """Select everything that any of `selections` selects; nothing if there are none."""
        trees = [selection.tree for selection in selections]
        return cls(either(*trees)) if trees else cls._of(SelectionKind.KEYS)

    @classmethod
    def keys(cls, *asset_keys: CoercibleToAssetKey) -> "AssetSelection":
        """Select these assets; text may be a path with slashes."""
        return cls._of(SelectionKind.KEYS, *dict.fromkeys(map(_key_of, asset_keys)))

    @classmethod
    def assets(cls, *assets_defs: object) -> "AssetSelection":
        """Select these assets, given as definitions, keys or names; a definition selects all that it makes."""
        return cls._of(SelectionKind.KEYS, *dict.fromkeys(key for given in assets_defs for key in _keys_of(given)))

    @classmethod
    def groups(cls, *group_strs: str, include_sources: bool = False) -> "AssetSelection":
        """Select the assets of these groups."""
        return cls._of(SelectionKind.GROUPS, *group_strs, include_sources=include_sources)

    @classmethod
    def tag(cls, key: str, value: str, include_sources: bool = False) -> "AssetSelection":  # Dagster's signature
        """Select the assets with this tag."""
        return cls._of(SelectionKind.TAG, key, value, include_sources=include_sources)

    @classmethod
    def tag_string(cls, string: str, include_sources: bool = False) -> "AssetSelection":  # Dagster's signature
        """Select the assets with a tag, written as "key=value" or "key"."""
        key, _, value = string.partition("=")
        return cls.tag(key, value, include_sources)

    @classmethod
    def kind(cls, kind: str | None, include_sources: bool = False) -> "AssetSelection":  # Dagster's signature
        """Select the assets of this kind; None selects those without a kind."""
        return cls._of(SelectionKind.KIND, kind, include_sources=include_sources)

    @classmethod
    def owner(cls, owner: str | None) -> "AssetSelection":
        """Select the assets of this owner."""
        return cls._of(SelectionKind.OWNER, owner)

    @classmethod
    def key_prefixes(cls, *key_prefixes: CoercibleToAssetKeyPrefix, include_sources: bool = False) -> "AssetSelection":
        """Select the assets whose keys begin with one of these prefixes."""
        paths = [AssetKey(prefix).parts for prefix in key_prefixes]
        return cls._of(SelectionKind.KEY_PREFIXES, *paths, include_sources=include_sources)

    @classmethod
    def key_substring(
        cls, key_substring: str, include_sources: bool = False
    ) -> "AssetSelection":  # Dagster's signature
        """Select the assets whose keys, written with slashes, contain this text."""
        return cls._of(SelectionKind.KEY_SUBSTRING, key_substring, include_sources=include_sources)

    # -- checks --------------------------------------------------------------------------------------------------------

    @classmethod
    def checks(cls, *assets_defs_or_check_keys: object) -> "AssetSelection":
        """Select these checks, given as definitions or keys, and no assets."""
        keys = dict.fromkeys(key for given in assets_defs_or_check_keys for key in _check_keys_of(given))
        return cls._of(SelectionKind.CHECKS, *keys)

    @classmethod
    def checks_for_assets(cls, *assets_defs: object) -> "AssetSelection":
        """Select all checks of these assets, without the assets."""
        keys = dict.fromkeys(key for given in assets_defs for key in _keys_of(given))
        return cls._of(SelectionKind.CHECKS_OF_ASSETS, *keys)

    @classmethod
    def all_asset_checks(cls) -> "AssetSelection":
        """Select all checks, without assets."""
        return cls._of(SelectionKind.ALL_CHECKS)

    def without_checks(self) -> "AssetSelection":
        """Select the same assets, without their checks."""
        return self - AssetSelection.all_asset_checks()

    # -- combinations --------------------------------------------------------------------------------------------------

    def __or__(self, other: "AssetSelection") -> "AssetSelection":
        """Select everything that either selects."""
        return AssetSelection(either(self.tree, _tree_of(other)))

    def __and__(self, other: "AssetSelection") -> "AssetSelection":
        """Select everything that both select."""
        return AssetSelection(both(self.tree, _tree_of(other)))

    def __sub__(self, other: "AssetSelection") -> "AssetSelection":
        """Select everything that this selects and the other does not."""
        return AssetSelection(SelectionTree(SelectionKind.MINUS, operands=(self.tree, _tree_of(other))))

    def upstream(  # Dagster's signature
        self,
        depth: int | None = None,
        include_self: bool = True,  # Dagster's signature
    ) -> "AssetSelection":
        """Add everything upstream, or at most `depth` steps of it; assets that are made elsewhere are left out."""
        return AssetSelection(upstream(self.tree, depth, include_self=include_self))

    def downstream(  # Dagster's signature
        self,
        depth: int | None = None,
        include_self: bool = True,  # Dagster's signature
    ) -> "AssetSelection":
        """Add everything downstream, or at most `depth` steps of it."""
        return AssetSelection(downstream(self.tree, depth, include_self=include_self))

    def roots(self) -> "AssetSelection":
        """Keep the assets that depend on no other selected asset."""
        return self._as(SelectionKind.ROOTS)

    sources = roots

    def sinks(self) -> "AssetSelection":
        """Keep the assets on which no other selected asset depends."""
        return self._as(SelectionKind.SINKS)

    def materializable(self) -> "AssetSelection":
        """Keep the assets that are made here."""
        return self._as(SelectionKind.MATERIALIZABLE)

    def required_multi_asset_neighbors(self) -> "AssetSelection":
        """Add the assets that are made together with a selected one, and never without it."""
        return self._as(SelectionKind.NEIGHBORS)

    def upstream_source_assets(self) -> "AssetSelection":
        """Select the assets made elsewhere on which a selected one depends."""
        return self._as(SelectionKind.SOURCES)

    @classmethod
    def _of(cls, kind: SelectionKind, *values: object, include_sources: bool = False) -> "AssetSelection":
        return cls(SelectionTree(kind, values, include_sources=include_sources))

    def _as(self, kind: SelectionKind) -> "AssetSelection":
        return AssetSelection(SelectionTree(kind, operands=(self.tree,)))

    # -- as text and from other forms ----------------------------------------------------------------------------------

    @staticmethod
    def from_string(string: str, include_sources: bool = False) -> "AssetSelection":  # Dagster's signature
        """Return the selection that a text describes, such as `key:"raw/*" or group:raw`.

        Raises:
            InvalidDefinitionError: The text does not read; the message shows where.
        """
        return AssetSelection(parsed(string, include_sources=include_sources))

    @staticmethod
    def from_coercible(selection: Any) -> "AssetSelection":
        """Return a selection, text, or a list of texts, of keys or of definitions as a selection.

        Raises:
            InvalidDefinitionError: It is none of these, or a text does not read.
        """
        if isinstance(selection, AssetSelection):
            return selection
        if isinstance(selection, str):
            return AssetSelection.from_string(selection)
        listed: list[object] = [*selection] if _is_sequence(selection) else []
        if listed and all(isinstance(item, str) for item in listed):
            return AssetSelection.any_of(AssetSelection.from_string(str(item)) for item in listed)
        for kinds in ((AssetsDefinition, SourceAsset), (AssetKey,)):
            if listed and all(isinstance(item, kinds) for item in listed):
                return AssetSelection.assets(*listed)
        found = f"{type(selection).__name__} of {_kinds(listed)}" if listed else type(selection).__name__
        msg = (
            f"A selection of assets is text, an AssetSelection, or a list of texts, of keys or of assets, not {found}. "
            f"Join other mixtures by `|`: AssetSelection.assets(a) | AssetSelection.groups('raw')."
        )
        raise InvalidDefinitionError(msg)

    def to_selection_str(self) -> str:
        """Return the selection as text."""
        return selection_str(self.tree)

    # -- resolution ----------------------------------------------------------------------------------------------------

    def resolve(self, all_assets: AssetsOrGraph, allow_missing: bool = False) -> set[AssetKey]:  # Dagster's signature
        """Return the keys of the selected assets.

        Args:
            all_assets: The assets and source assets to select among, or `Definitions.resolve_asset_graph()`.
            allow_missing: Whether a key that does not exist selects nothing.

        Raises:
            UnknownNameError: A key does not exist.
        """
        return selected_assets(self.tree, Selectable.of(all_assets, allow_missing=allow_missing))

    def resolve_checks(
        self,
        asset_graph: AssetsOrGraph,
        allow_missing: bool = False,  # Dagster's signature
    ) -> set[AssetCheckKey]:
        """Return the keys of the selected checks.

        Args:
            asset_graph: `Definitions.resolve_asset_graph()`, or a list of assets and checks.
            allow_missing: Whether a key that does not exist selects nothing.

        Raises:
            UnknownNameError: A key does not exist.
        """
        return selected_checks(self.tree, Selectable.of(asset_graph, allow_missing=allow_missing))

    def __str__(self) -> str:
        """Return the selection as text."""
        return self.to_selection_str()

    def __repr__(self) -> str:
        """Show the selection as text, with the class."""
        return f"AssetSelection({str(self)!r})"


def _tree_of(selection: object) -> SelectionTree:
    if isinstance(selection, AssetSelection):
        return selection.tree
    msg = f"A selection is combined with an AssetSelection, not with {type(selection).__name__}."
    raise InvalidDefinitionError(msg)


def _is_sequence(value: object) -> bool:
    return isinstance(value, Sequence)


def _kinds(items: Iterable[object]) -> str:
    return ", ".join(dict.fromkeys(type(item).__name__ for item in items))


def _key_of(given: CoercibleToAssetKey) -> AssetKey:
    return AssetKey.from_user_string(given) if isinstance(given, str) else AssetKey.from_coercible(given)


def _keys_of(given: Any) -> Sequence[AssetKey]:
    return sorted(given.keys) if isinstance(given, AssetsDefinition) else [_key_of(given)]


def _check_keys_of(given: Any) -> Sequence[AssetCheckKey]:
    return sorted(given.check_keys) if isinstance(given, AssetsDefinition | AssetChecksDefinition) else [given]


class Selected(NamedTuple):
    """The assets and checks that a run is to make."""

    keys: set[AssetKey]
    check_keys: set[AssetCheckKey]


def selected(
    assets: Sequence[AssetsDefinition],
    checks: Iterable[AssetChecksDefinition],
    selection: object,
    sources: Iterable[AssetSpec] = (),
) -> Selected:
    """Return the assets and checks that `selection` selects; None selects all.

    Raises:
        UnknownNameError: A key does not exist.
        InvalidDefinitionError: The selection does not read.
    """
    return selected_among(Selectable(assets, sources, (key for check in checks for key in check.check_keys)), selection)


def selected_among(among: Selectable, selection: object) -> Selected:
    """Return the assets and checks that `selection` selects; None selects all.

    Raises:
        UnknownNameError: A key does not exist.
        InvalidDefinitionError: The selection does not read.
    """
    tree = (AssetSelection.all() if selection is None else AssetSelection.from_coercible(selection)).tree
    return Selected(selected_assets(tree, among), selected_checks(tree, among))
