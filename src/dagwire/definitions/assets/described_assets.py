"""`DescribedAssets`: the specs of the assets of one definition, and what they are by key."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from dagwire.computed_once import computed_once
from dagwire.definitions.assets.described_checks import DescribedChecks
from dagwire.definitions.partitions.partition_mapping import PartitionMapping
from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKey
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.check_results import AssetCheckKey
from dagwire.definitions.specs.valid_attributes import DEFAULT_GROUP
from dagwire.errors import InvariantViolationError, UnknownNameError


class DescribedAssets(DescribedChecks):
    """The specs of the assets that one definition makes, with those of the checks that it makes itself."""

    specs_by_output: Mapping[str, AssetSpec]
    input_keys: Mapping[str, AssetKey]
    """`{parameter: key}` of the assets whose values the function takes."""

    # -- one asset -----------------------------------------------------------------------------------------------------

    @property
    def key(self) -> AssetKey:
        """The asset's key.

        Raises:
            InvariantViolationError: There are several assets.
        """
        return self.spec.key

    @computed_once
    def spec(self) -> AssetSpec:
        """The spec of the one asset.

        Raises:
            InvariantViolationError: There are several assets.
        """
        if len(self.specs_by_output) != 1:
            msg = f"{self.label} makes {len(self.specs_by_output)} assets; read `keys` or `specs`."
            raise InvariantViolationError(msg)
        return next(iter(self.specs_by_output.values()))

    def get_asset_spec(self, key: CoercibleToAssetKey | None = None) -> AssetSpec:
        """Return the spec of one of its assets; of the one asset, if no key is given.

        Raises:
            UnknownNameError: It makes no such asset.
            InvariantViolationError: There are several, and no key is given.
        """
        if key is None:
            return self.spec
        wanted = AssetKey.from_coercible(key)
        if wanted not in self.specs_by_key:
            known = [one.to_user_string() for one in self.keys]
            raise UnknownNameError(f"asset of {self.label}", wanted.to_user_string(), known)
        return self.specs_by_key[wanted]

    # -- all of them ---------------------------------------------------------------------------------------------------

    @property
    def specs(self) -> list[AssetSpec]:
        """The specs of its assets."""
        return list(self.specs_by_output.values())

    @property
    def specs_by_key(self) -> dict[AssetKey, AssetSpec]:
        """`{key: spec}`."""
        return {spec.key: spec for spec in self.specs}

    @computed_once
    def keys(self) -> set[AssetKey]:
        """The keys of its assets."""
        return {spec.key for spec in self.specs_by_output.values()}

    @property
    def has_keys(self) -> bool:
        """Whether it makes assets."""
        return bool(self.specs_by_output)

    @property
    def keys_by_output_name(self) -> dict[str, AssetKey]:
        """`{output: key}`."""
        return {output: spec.key for output, spec in self.specs_by_output.items()}

    def output_of(self, key: AssetKey) -> str:
        """Return the output that an asset is."""
        return self._output_by_key[key]

    @computed_once
    def _output_by_key(self) -> dict[AssetKey, str]:
        return {spec.key: output for output, spec in self.specs_by_output.items()}

    def get_output_name_for_asset_key(self, key: AssetKey) -> str:
        """Return the output that an asset is.

        Raises:
            InvariantViolationError: It makes no such asset.
        """
        if key not in self.keys:
            msg = f"{self.label} makes no asset '{key.to_user_string()}'."
            raise InvariantViolationError(msg)
        return self.output_of(key)

    @property
    def group_names_by_key(self) -> dict[AssetKey, str]:
        """`{key: group}`."""
        return {spec.key: spec.group_name or DEFAULT_GROUP for spec in self.specs}

    @property
    def metadata_by_key(self) -> dict[AssetKey, Mapping[str, Any]]:
        """`{key: metadata}`, as it was declared."""
        return {spec.key: spec.metadata for spec in self.specs}

    @property
    def tags_by_key(self) -> dict[AssetKey, Mapping[str, str]]:
        """`{key: tags}`, those of its kinds included."""
        return {spec.key: spec.tags for spec in self.specs}

    @property
    def owners_by_key(self) -> dict[AssetKey, Sequence[str]]:
        """`{key: owners}`."""
        return {spec.key: spec.owners for spec in self.specs}

    @property
    def descriptions_by_key(self) -> dict[AssetKey, str]:
        """`{key: description}` of the assets that have one."""
        return {spec.key: spec.description for spec in self.specs if spec.description}

    @property
    def code_versions_by_key(self) -> dict[AssetKey, str | None]:
        """`{key: code version}`."""
        return {spec.key: spec.code_version for spec in self.specs}

    @property
    def automation_conditions_by_key(self) -> dict[AssetKey, Any]:
        """`{key: automation condition}` of the assets that have one."""
        return {spec.key: spec.automation_condition for spec in self.specs if spec.automation_condition}

    # -- dependencies --------------------------------------------------------------------------------------------------

    @property
    def asset_deps(self) -> dict[AssetKey, set[AssetKey]]:
        """`{key: the keys of its upstream assets}`."""
        return {spec.key: {dep.asset_key for dep in spec.deps} for spec in self.specs}

    @computed_once
    def dependency_keys(self) -> set[AssetKey]:
        """The keys of the assets upstream of the step; of itself, if it depends on its own past."""
        return set(self.upstream_keys) | {spec.key for spec in self.specs if spec.key in self.asset_deps[spec.key]}

    @computed_once
    def upstream_keys(self) -> tuple[AssetKey, ...]:
        """The keys of the assets of other definitions that come before the step."""
        named = (dep.asset_key for spec in self.specs_by_output.values() for dep in spec.deps)
        return tuple(key for key in dict.fromkeys((*self.input_keys.values(), *named)) if key not in self.keys)

    @computed_once
    def partition_mappings(self) -> dict[AssetKey, PartitionMapping]:
        """`{key: the mapping to its partitions}` of the upstream assets for which one is declared."""
        deps = (dep for spec in self.specs for dep in spec.deps)
        return {dep.asset_key: dep.partition_mapping for dep in deps if dep.partition_mapping is not None}

    def get_partition_mapping(self, in_asset_key: AssetKey) -> PartitionMapping | None:
        """Return the declared mapping to the partitions of an upstream asset."""
        return self.partition_mappings.get(in_asset_key)

    # -- with its checks -----------------------------------------------------------------------------------------------

    @property
    def asset_and_check_keys(self) -> Collection[AssetKey | AssetCheckKey]:
        """The keys of its assets and of its checks."""
        return self.keys | self.check_keys
