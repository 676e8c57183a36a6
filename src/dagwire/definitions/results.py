"""What a body returns, and what a run records of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, TypeGuard, TypeVar

from dagwire.definitions.asset_key import AssetKey, CoercibleToAssetKey
from dagwire.definitions.metadata import MetadataValue, normalized_metadata

T = TypeVar("T")


class AssetCheckSeverity(Enum):
    """How bad a failed check is. An ERROR of a blocking check stops what is downstream; a WARN never does."""

    WARN = "WARN"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True)
class AssetCheckKey:
    """The name of a check: its asset's key and its own name."""

    asset_key: AssetKey
    name: str


class AssetCheckResult:
    """What an asset check found."""

    __slots__ = ("asset_key", "check_name", "description", "metadata", "passed", "severity")

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
        """`asset_key` and `check_name` are needed only where one body reports on several."""
        self.passed = passed
        self.asset_key = AssetKey.from_coercible(asset_key) if asset_key is not None else None
        self.check_name = check_name
        self.metadata = normalized_metadata(metadata, f"check '{check_name}'" if check_name else "a check result")
        self.severity = severity
        self.description = description


@dataclass(frozen=True, slots=True)
class AssetCheckEvaluation:
    """What a run recorded of one check."""

    asset_key: AssetKey
    check_name: str
    passed: bool
    metadata: Mapping[str, MetadataValue]
    severity: AssetCheckSeverity
    description: str | None = None
    blocking: bool = False
    partition: str | None = None


@dataclass(frozen=True, slots=True)
class MaterializeResult(Generic[T]):
    """What an asset returns when it stored its data itself."""

    asset_key: CoercibleToAssetKey | None = None
    metadata: Mapping[str, object] | None = None
    check_results: Sequence[AssetCheckResult] = ()
    data_version: str | None = None
    tags: Mapping[str, str] | None = None
    value: T | None = None


@dataclass(frozen=True, slots=True)
class Output(Generic[T]):
    """A value, with what there is to say about it."""

    value: T
    output_name: str = "result"
    metadata: Mapping[str, object] | None = None
    data_version: str | None = None
    tags: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class AssetMaterialization:
    """What a run recorded of one asset, or of one partition of it."""

    asset_key: AssetKey
    description: str | None = None
    metadata: Mapping[str, MetadataValue] = field(default_factory=dict[str, MetadataValue])
    partition: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])


def is_output(value: object) -> TypeGuard[Output[Any]]:
    """Whether `value` is an Output; in a form that type checkers follow."""
    return isinstance(value, Output)


def is_materialize_result(value: object) -> TypeGuard[MaterializeResult[Any]]:
    """Whether `value` is a MaterializeResult; in a form that type checkers follow."""
    return isinstance(value, MaterializeResult)


class NoValueSentinel:
    """Stands where a value would, for an asset that stored its data itself; the class, never an instance."""
