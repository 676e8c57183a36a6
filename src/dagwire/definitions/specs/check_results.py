"""Results of asset checks, and the records that a run keeps of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from dagwire.definitions.specs.argument_types import check_type
from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKey, CoercibleToAssetKeyPrefix
from dagwire.definitions.specs.metadata import MetadataValue
from dagwire.definitions.specs.normalized_metadata import AnyMetadata, normalized_metadata


class AssetCheckSeverity(Enum):
    """The severity of a failed check. An ERROR of a blocking check stops assets downstream; a WARN never does."""

    WARN = "WARN"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True, order=True)
class AssetCheckKey:
    """The name of a check: its asset's key and its own name."""

    asset_key: AssetKey
    name: str

    def to_user_string(self) -> str:
        """Join both by a colon."""
        return f"{self.asset_key.to_user_string()}:{self.name}"

    @staticmethod
    def from_user_string(user_string: str) -> "AssetCheckKey":
        """Return the key that `to_user_string` wrote."""
        asset, _, name = user_string.rpartition(":")
        return AssetCheckKey(AssetKey.from_user_string(asset), name)

    def to_db_string(self) -> str:
        """Write both as JSON, as Dagster's storage does."""
        return json.dumps({"asset_key": self.asset_key.to_string(), "check_name": self.name})

    @staticmethod
    def from_db_string(db_string: str) -> "AssetCheckKey | None":
        """Return the key that `to_db_string` wrote; None for text of another form."""
        try:
            values = json.loads(db_string)
            asset_key = AssetKey.from_db_string(values["asset_key"])
            return None if asset_key is None else AssetCheckKey(asset_key, values["check_name"])
        except (ValueError, KeyError, TypeError):
            return None

    def with_asset_key_prefix(self, prefix: CoercibleToAssetKeyPrefix) -> "AssetCheckKey":
        """Return the key of a check of the asset whose key has `prefix` in front."""
        return replace(self, asset_key=self.asset_key.with_prefix(prefix))

    def replace_asset_key(self, asset_key: AssetKey) -> "AssetCheckKey":
        """Return the key of a check of that name of another asset."""
        return replace(self, asset_key=asset_key)


@dataclass(frozen=True, slots=True, init=False)
class AssetCheckResult:
    """The result of an asset check. Equal by value."""

    passed: bool
    asset_key: AssetKey | None
    check_name: str | None
    metadata: AnyMetadata
    severity: AssetCheckSeverity
    description: str | None

    def __init__(
        self,
        *,
        passed: bool,
        asset_key: CoercibleToAssetKey | None = None,
        check_name: str | None = None,
        metadata: Mapping[str, object] | None = None,
        severity: AssetCheckSeverity = AssetCheckSeverity.ERROR,
        description: str | None = None,
    ) -> None:
        """Describe the result; `asset_key` and `check_name` are needed only if one body makes several checks.

        Raises:
            InvalidDefinitionError: An argument has the wrong type, or metadata cannot be shown.
        """
        owner = f"check '{check_name}'" if check_name else "a check result"
        check_type(owner, "passed", passed, bool)
        check_type(owner, "check_name", check_name, str)
        check_type(owner, "severity", severity, AssetCheckSeverity)
        check_type(owner, "description", description, str)
        object.__setattr__(self, "passed", passed)
        object.__setattr__(self, "asset_key", None if asset_key is None else AssetKey.from_coercible(asset_key))
        object.__setattr__(self, "check_name", check_name)
        object.__setattr__(self, "metadata", normalized_metadata(metadata, owner))
        object.__setattr__(self, "severity", severity)
        object.__setattr__(self, "description", description)

    def with_metadata(self, metadata: Mapping[str, object]) -> "AssetCheckResult":
        """Return the result with other metadata."""
        return AssetCheckResult(
            passed=self.passed,
            asset_key=self.asset_key,
            check_name=self.check_name,
            metadata=metadata,
            severity=self.severity,
            description=self.description,
        )


@dataclass(frozen=True, slots=True)
class AssetCheckEvaluationTargetMaterializationData:
    """The materialization that a check verified."""

    storage_id: int
    run_id: str
    timestamp: float


@dataclass(frozen=True, slots=True)
class AssetCheckEvaluation:
    """The record of one check in a run."""

    asset_key: AssetKey
    check_name: str
    passed: bool
    metadata: AnyMetadata = field(default_factory=dict[str, MetadataValue])
    target_materialization_data: AssetCheckEvaluationTargetMaterializationData | None = None
    severity: AssetCheckSeverity = AssetCheckSeverity.ERROR
    description: str | None = None
    blocking: bool | None = None
    partition: str | None = None

    def __post_init__(self) -> None:
        """Check the types, and make each plain value of `metadata` a `MetadataValue`."""
        check_type("AssetCheckEvaluation", "asset_key", self.asset_key, AssetKey)
        check_type("AssetCheckEvaluation", "passed", self.passed, bool)
        metadata = normalized_metadata(self.metadata, f"check '{self.check_name}'")
        object.__setattr__(self, "metadata", metadata)

    @property
    def asset_check_key(self) -> AssetCheckKey:
        """The key of the check."""
        return AssetCheckKey(self.asset_key, self.check_name)

    def with_metadata(self, metadata: Mapping[str, object]) -> "AssetCheckEvaluation":
        """Return the record with other metadata."""
        return replace(self, metadata=normalized_metadata(metadata, f"check '{self.check_name}'"))
