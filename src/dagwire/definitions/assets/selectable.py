"""`Selectable`: the assets and checks that a selection chooses among, and their dependencies. Pure."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeGuard

from dagwire.computed_once import computed_once
from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.assets.graph_traversal import Reach
from dagwire.definitions.assets.source_asset import SourceAsset
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.check_results import AssetCheckKey
from dagwire.errors import ArgumentTypeError, UnknownNameError


class AssetNodeLike(Protocol):
    """An asset of a resolved asset graph."""

    @property
    def key(self) -> AssetKey:
        """Its key."""
        ...

    @property
    def spec(self) -> AssetSpec | None:
        """Its description; None for an asset that is only named by others."""
        ...


class AssetGraphLike(Protocol):
    """A resolved asset graph, such as `Definitions.resolve_asset_graph()` returns."""

    asset_check_keys: set[AssetCheckKey]

    @property
    def assets_defs(self) -> list[AssetsDefinition]:
        """The definitions of the assets that are made here."""
        ...

    @property
    def asset_nodes(self) -> Iterable[AssetNodeLike]:
        """The nodes of all assets."""
        ...


AssetsOrGraph = Iterable[AssetsDefinition | SourceAsset | AssetChecksDefinition] | AssetGraphLike


class Selectable:
    """The assets and checks that a selection chooses among."""

    def __init__(
        self,
        assets: Iterable[AssetsDefinition],
        sources: Iterable[AssetSpec] = (),
        check_keys: Iterable[AssetCheckKey] = (),
        *,
        allow_missing: bool = False,
    ) -> None:
        """Read keys and dependencies.

        Args:
            assets: The definitions of the assets that are made here.
            sources: Assets that are made elsewhere.
            check_keys: Checks beside those that `assets` make themselves.
            allow_missing: Whether a key that does not exist selects nothing, rather than being refused.
        """
        self.definitions: list[AssetsDefinition] = list({id(definition): definition for definition in assets}.values())
        self.made: dict[AssetKey, AssetSpec] = {spec.key: spec for d in self.definitions for spec in d.specs}
        self.sources: dict[AssetKey, AssetSpec] = {spec.key: spec for spec in sources if spec.key not in self.made}
        self.check_keys: set[AssetCheckKey] = {
            *check_keys,
            *(spec.key for d in self.definitions for spec in d.check_specs),
        }
        self._allow_missing = allow_missing

    @classmethod
    def of(cls, assets: AssetsOrGraph, *, allow_missing: bool = False) -> "Selectable":
        """Read assets, checks and source assets, or a resolved asset graph.

        Raises:
            ArgumentTypeError: Something else is among them.
        """
        if _is_graph(assets):
            sources = [node.spec for node in assets.asset_nodes if node.spec is not None]
            return cls(assets.assets_defs, sources, assets.asset_check_keys, allow_missing=allow_missing)
        listed: list[Any] = [*assets]  # type: ignore[misc]  # a graph was taken above  # pyright: ignore[reportGeneralTypeIssues]
        for item in listed:
            if not isinstance(item, AssetsDefinition | SourceAsset | AssetChecksDefinition):
                raise ArgumentTypeError("AssetSelection", "all_assets", "collection of assets and source assets", item)
        checks = (key for item in listed if isinstance(item, AssetChecksDefinition) for key in item.check_keys)
        return cls(
            (item for item in listed if isinstance(item, AssetsDefinition)),
            (item.spec for item in listed if isinstance(item, SourceAsset)),
            checks,
            allow_missing=allow_missing,
        )

    @property
    def all(self) -> Mapping[AssetKey, AssetSpec]:
        """`{key: spec}` of all assets, those made elsewhere included."""
        return {**self.sources, **self.made}

    @computed_once
    def reach(self) -> Reach[AssetKey]:
        """The dependencies between assets; one on an asset's own past is left out."""
        deps = {key: [dep.asset_key for dep in spec.deps if dep.asset_key != key] for key, spec in self.all.items()}
        return Reach(deps)

    def where(self, question: Callable[[AssetSpec], bool], *, include_sources: bool) -> set[AssetKey]:
        """Return the keys of the assets for which `question` is true."""
        among = self.all if include_sources else self.made
        return {key for key, spec in among.items() if question(spec)}

    def checked(self, key: AssetKey) -> set[AssetKey]:
        """Return `key` alone, or nothing if it is missing and may be.

        Raises:
            UnknownNameError: There is no such asset.
        """
        if key in self.made or key in self.sources:
            return {key}
        if self._allow_missing:
            return set()
        raise UnknownNameError("asset", key.to_user_string(), [known.to_user_string() for known in self.all])

    def checked_check(self, key: AssetCheckKey) -> set[AssetCheckKey]:
        """Return `key` alone, or nothing if it is missing and may be.

        Raises:
            UnknownNameError: There is no such check.
        """
        if key in self.check_keys:
            return {key}
        if self._allow_missing:
            return set()
        known = sorted(known.to_user_string() for known in self.check_keys)
        raise UnknownNameError("check", key.to_user_string(), known)


def _is_graph(assets: object) -> TypeGuard[AssetGraphLike]:
    return hasattr(assets, "assets_defs") and hasattr(assets, "asset_nodes")
