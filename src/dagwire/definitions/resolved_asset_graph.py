"""`AssetGraph`: the assets of definitions, and which come before which. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

from dagwire.computed_once import computed_once
from dagwire.containers.keys import Container
from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.jobs.asset_graph import AnyAsset, KnownAssets, known_assets
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.check_results import AssetCheckKey
from dagwire.errors import UnknownNameError


@dataclass(frozen=True, slots=True)
class AssetNode:
    """An asset of an `AssetGraph`."""

    key: AssetKey
    spec: AssetSpec | None
    """The description; None for an asset that is only named in `deps`."""
    parent_keys: frozenset[AssetKey]
    """The assets that come before it."""
    child_keys: frozenset[AssetKey]
    """The assets that come after it."""
    is_materializable: bool
    """Whether it is made here."""
    partitions_def: PartitionsDefinition | None = None
    check_keys: frozenset[AssetCheckKey] = frozenset()

    @property
    def is_external(self) -> bool:
        """Whether it is made elsewhere."""
        return not self.is_materializable

    @property
    def group_name(self) -> str:
        """The group it is shown in."""
        return (self.spec.group_name if self.spec is not None else None) or "default"

    @property
    def tags(self) -> Mapping[str, str]:
        """Its tags."""
        return {} if self.spec is None else self.spec.tags

    @property
    def metadata(self) -> Mapping[str, object]:
        """The facts about it."""
        return {} if self.spec is None else self.spec.metadata

    @property
    def description(self) -> str | None:
        """Its description, or None."""
        return None if self.spec is None else self.spec.description


class AssetGraph:
    """The assets of `Definitions` and the order in which they come; made by `Definitions.resolve_asset_graph`."""

    def __init__(
        self, assets: Iterable[AnyAsset], checks: Iterable[AssetChecksDefinition], container: Container
    ) -> None:
        """Read the dependencies of every asset; `container` has the resources of a job that is resolved among them.

        Raises:
            DuplicateDefinitionError: Two different assets have one key.
        """
        known = known_assets(assets)
        self.known: KnownAssets = known
        """The assets, for a job that is resolved among them."""
        self.checks: Sequence[AssetChecksDefinition] = tuple(checks)
        """The checks that are definitions of their own."""
        self.container = container
        self._made: dict[AssetKey, AssetsDefinition] = {key: one for one in known.made for key in one.keys}
        specs = {spec.key: spec for one in known.made for spec in one.specs}
        specs |= {key: stored.spec for key, stored in known.elsewhere.items()}
        self._partitions = {key: stored.partitions_def for key, stored in known.elsewhere.items()}
        self._partitions |= {key: one.partitions_def for key, one in self._made.items()}
        self._parents: dict[AssetKey, frozenset[AssetKey]] = {
            key: frozenset(dep.asset_key for dep in spec.deps) for key, spec in specs.items()
        }
        for one in known.made:
            self._parents |= {key: frozenset(before) for key, before in one.asset_deps.items()}
        named = {parent for parents in self._parents.values() for parent in parents}
        self._specs: dict[AssetKey, AssetSpec | None] = {**dict.fromkeys(_sorted(named)), **specs}
        listed = [spec.key for one in known.made for spec in one.check_specs]
        self.asset_check_keys: set[AssetCheckKey] = {*listed, *(key for check in checks for key in check.check_keys)}
        """The keys of all checks."""

    def get_all_asset_keys(self) -> set[AssetKey]:
        """Return the keys of all assets, with those that are only named in `deps`."""
        return set(self._specs)

    @property
    def materializable_asset_keys(self) -> set[AssetKey]:
        """The keys of the assets that are made here."""
        return set(self._made)

    @property
    def external_asset_keys(self) -> set[AssetKey]:
        """The keys of the assets that are made elsewhere."""
        return set(self._specs).difference(self._made)

    @property
    def executable_asset_keys(self) -> set[AssetKey]:
        """The keys of the assets that a run has steps for: it makes them here, or looks at them."""
        return self.materializable_asset_keys | self.observable_asset_keys

    @property
    def observable_asset_keys(self) -> set[AssetKey]:
        """The keys of the assets made elsewhere that a run can look at."""
        return set(self.known.observed)

    @property
    def unexecutable_asset_keys(self) -> set[AssetKey]:
        """The keys of the assets that a run has no steps for."""
        return self.external_asset_keys.difference(self.known.observed)

    @property
    def all_group_names(self) -> set[str]:
        """The names of all groups."""
        return {node.group_name for node in self.asset_nodes}

    def asset_keys_for_group(self, group_name: str) -> set[AssetKey]:
        """Return the keys of the assets in a group."""
        return {node.key for node in self.asset_nodes if node.group_name == group_name}

    @property
    def asset_nodes(self) -> list[AssetNode]:
        """The nodes of all assets."""
        return [self.get(key) for key in self._specs]

    @property
    def assets_defs(self) -> list[AssetsDefinition]:
        """The definitions that make assets here."""
        return list({id(definition): definition for definition in self._made.values()}.values())

    def has(self, key: AssetKey) -> bool:
        """Return whether there is an asset of this key."""
        return key in self._specs

    def get(self, key: AssetKey) -> AssetNode:
        """Return an asset by its key.

        Raises:
            UnknownNameError: There is no such asset.
        """
        if key not in self._specs:
            raise UnknownNameError("asset", key.to_user_string(), [one.to_user_string() for one in self._specs])
        checks = frozenset(check for check in self.asset_check_keys if check.asset_key == key)
        parents, children = self._parents.get(key, frozenset()), self._children[key]
        return AssetNode(key, self._specs[key], parents, children, key in self._made, self._partitions.get(key), checks)

    def assets_def_for_key(self, key: AssetKey) -> AssetsDefinition:
        """Return the definition that makes an asset.

        Raises:
            UnknownNameError: No definition makes it here.
        """
        if key not in self._made:
            raise UnknownNameError("asset", key.to_user_string(), [one.to_user_string() for one in self._made])
        return self._made[key]

    @property
    def toposorted_asset_keys(self) -> Sequence[AssetKey]:
        """The keys in an order in which each comes after all that it depends on."""
        return list(TopologicalSorter({key: _sorted(self._parents.get(key, ())) for key in self._specs}).static_order())

    @computed_once
    def _children(self) -> dict[AssetKey, frozenset[AssetKey]]:
        return {
            key: frozenset(child for child, parents in self._parents.items() if key in parents) for key in self._specs
        }


def _sorted(keys: Iterable[AssetKey]) -> list[AssetKey]:
    return sorted(keys, key=lambda key: key.path)
