"""`AssetIn` and `AssetOut`: the inputs of assets, and the assets that are outputs of one function."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass
from typing import Any

from dagwire.definitions.partitions.partition_mapping import PartitionMapping, checked_mapping
from dagwire.definitions.partitions.partitions import BackfillPolicy
from dagwire.definitions.specs.argument_types import check_text_keys, check_type
from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKey, CoercibleToAssetKeyPrefix
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.automation_condition import AutoMaterializePolicy, AutomationCondition
from dagwire.definitions.specs.condition_from import condition_from
from dagwire.definitions.specs.freshness_policy import FreshnessPolicy
from dagwire.definitions.specs.valid_attributes import valid_owners, valid_tags
from dagwire.errors import InvalidDefinitionError


@dataclass(frozen=True, slots=True)
class AssetIn:
    """A parameter that takes an asset's value."""

    key: CoercibleToAssetKey | None = None
    """The asset; by default the parameter's name is its key."""
    metadata: Mapping[str, Any] | None = None
    key_prefix: CoercibleToAssetKeyPrefix | None = None
    """The parts before the parameter's name."""
    input_manager_key: str | None = None
    """The IO manager or input manager that loads the value; by default the one that stored it."""
    partition_mapping: PartitionMapping | None = None
    """The partitions that a partition takes; by default those that suit both sides."""
    dagster_type: Any = Any

    def __post_init__(self) -> None:
        """Keep key and prefix as an AssetKey and a list.

        Raises:
            InvalidDefinitionError: Both `key` and `key_prefix` are given, or an argument has the wrong type.
        """
        _check_one(self, self.key, self.key_prefix)
        key = None if self.key is None else AssetKey.from_coercible(self.key)
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "key_prefix", AssetKey(self.key_prefix or ()).path)
        check_text_keys("AssetIn", "metadata", self.metadata)
        check_type("AssetIn", "input_manager_key", self.input_manager_key, str)
        checked_mapping("AssetIn", self.partition_mapping)

    @staticmethod
    def from_coercible(coercible: "CoercibleToAssetKey | AssetIn") -> "AssetIn":
        """Return `coercible` as an AssetIn: one itself, or an asset's key."""
        return coercible if isinstance(coercible, AssetIn) else AssetIn(key=AssetKey.from_coercible(coercible))

    def resolve_key(self, default_key: AssetKey) -> AssetKey:
        """Return the asset's key; `default_key` if neither key nor prefix is given."""
        if self.key is not None:
            return AssetKey.from_coercible(self.key)
        return default_key.with_prefix(self.key_prefix or ())

    def key_for(self, parameter: str) -> AssetKey:
        """Return the key of the asset whose value `parameter` takes."""
        return self.resolve_key(AssetKey(parameter))


@dataclass(slots=True, eq=False)
class AssetOut:
    """An asset of several that a function makes."""

    key_prefix: CoercibleToAssetKeyPrefix | None = None
    """The parts before the output's name."""
    key: CoercibleToAssetKey | None = None
    """The asset's key; by default the output's name."""
    dagster_type: Any = Any
    description: str | None = None
    is_required: bool = True
    io_manager_key: str | None = None
    """The IO manager that stores the value; "io_manager" by default, if that is provided."""
    metadata: Mapping[str, Any] | None = None
    group_name: str | None = None
    code_version: str | None = None
    automation_condition: AutomationCondition | None = None
    """The rule by which Dagster materializes the asset; inert here."""
    backfill_policy: BackfillPolicy | None = None
    owners: Sequence[str] | None = None
    tags: Mapping[str, str] | None = None
    kinds: Iterable[str] | None = None
    freshness_policy: FreshnessPolicy | None = None
    """The freshness that Dagster expects of the asset; inert here."""
    auto_materialize_policy: InitVar[AutoMaterializePolicy | None] = None
    """An older form of `automation_condition`."""

    def __post_init__(self, auto_materialize_policy: AutoMaterializePolicy | None) -> None:
        """Keep the key as an AssetKey, collections as lists and dicts.

        Raises:
            InvalidDefinitionError: Both `key` and `key_prefix` are given, or a tag or owner is invalid.
        """
        _check_one(self, self.key, self.key_prefix)
        self.key = None if self.key is None else AssetKey.from_coercible(self.key)
        self.key_prefix = AssetKey(self.key_prefix or ()).path or None
        self.automation_condition = condition_from("AssetOut", self.automation_condition, auto_materialize_policy)
        self.metadata = dict(self.metadata or {})
        self.kinds = set(self.kinds or ())
        self.owners = valid_owners("AssetOut", self.owners)
        self.tags = valid_tags("AssetOut", self.tags, ())

    @classmethod
    def from_spec(
        cls, spec: AssetSpec, dagster_type: object = Any, is_required: bool = True, io_manager_key: str | None = None
    ) -> "AssetOut":
        """Return the output that makes the asset of `spec`.

        Raises:
            InvalidDefinitionError: `spec` has dependencies, which belong to the function.
        """
        if spec.deps:
            msg = f"AssetOut of '{spec.key.to_user_string()}': a spec with dependencies cannot be an output."
            raise InvalidDefinitionError(msg)
        return cls(
            key=spec.key,
            dagster_type=dagster_type,
            is_required=is_required,
            io_manager_key=io_manager_key,
            description=spec.description,
            metadata=spec.metadata,
            group_name=spec.group_name,
            code_version=spec.code_version,
            automation_condition=spec.automation_condition,
            owners=spec.owners,
            tags={tag: value for tag, value in spec.tags.items() if tag.split("/")[:2] != ["dagster", "kind"]},
            kinds=spec.kinds,
            freshness_policy=spec.freshness_policy,
        )

    def spec_for(self, output: str, deps: Iterable[object], group_name: str | None) -> AssetSpec:
        """Return the spec of the asset that is output `output`."""
        key = AssetIn(self.key, key_prefix=self.key_prefix).key_for(output)
        return AssetSpec(
            key,
            deps=deps,
            description=self.description,
            metadata=self.metadata,
            skippable=not self.is_required,
            group_name=self.group_name or group_name,
            code_version=self.code_version,
            automation_condition=self.automation_condition,
            owners=self.owners,
            tags=self.tags,
            kinds=self.kinds,
            freshness_policy=self.freshness_policy,
        )


def _check_one(owner: object, key: object, key_prefix: object) -> None:
    if key is not None and key_prefix:
        msg = f"{type(owner).__name__}: give `key` or `key_prefix`, not both."
        raise InvalidDefinitionError(msg)
