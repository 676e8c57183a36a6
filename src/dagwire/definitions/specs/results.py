"""What a body returns, and what a run records of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from os import PathLike, fspath
from typing import Any, Generic, NamedTuple, Self, TypeGuard, TypeVar

from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKey
from dagwire.definitions.specs.metadata import MetadataValue, normalized_metadata
from dagwire.definitions.specs.valid_names import check_mapping_key

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

    def to_user_string(self) -> str:
        """Both, with a colon between."""
        return f"{self.asset_key.to_user_string()}:{self.name}"


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


class AssetCheckEvaluation(NamedTuple):
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


class DynamicOutput(Generic[T]):
    """One of the values of a dynamic output, with the key that tells it from the others."""

    __slots__ = ("mapping_key", "metadata", "output_name", "value")

    def __init__(
        self, value: T, mapping_key: str, output_name: str = "result", metadata: Mapping[str, object] | None = None
    ) -> None:
        """`mapping_key` is part of the names of the steps that take this value: letters, digits and underscores.

        Raises:
            InvalidNameError: `mapping_key` cannot be part of a name.
        """
        check_mapping_key(mapping_key)
        self.value = value
        self.mapping_key = mapping_key
        self.output_name = output_name
        self.metadata = normalized_metadata(metadata, f"the dynamic output '{mapping_key}'")

    def _said(self) -> tuple[object, ...]:
        return self.value, self.mapping_key, self.output_name, self.metadata

    def __eq__(self, other: object) -> bool:
        """Equal where all that is said is."""
        return isinstance(other, DynamicOutput) and self._said() == other._said()

    def __hash__(self) -> int:
        """By the key."""
        return hash(self.mapping_key)

    def __repr__(self) -> str:
        """Name the key; a value may be long, or a secret."""
        return f"DynamicOutput(mapping_key={self.mapping_key!r}, output_name={self.output_name!r})"


class AssetMaterialization:
    """What a run recorded of one asset, or of one partition of it; a body may say it of an asset made elsewhere."""

    __slots__ = ("asset_key", "description", "metadata", "partition", "tags")

    def __init__(
        self,
        asset_key: CoercibleToAssetKey,
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
        partition: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Plain values of `metadata` become the kind that suits them.

        Raises:
            InvalidDefinitionError: A value of `metadata` cannot be shown.
        """
        self.asset_key = AssetKey.from_coercible(asset_key)
        self.description = description
        owner = f"asset '{self.asset_key.to_user_string()}'" if metadata else ""
        self.metadata = normalized_metadata(metadata, owner)
        self.partition = partition
        self.tags = tags or {}

    @classmethod
    def file(
        cls, path: str | PathLike[str], description: str | None = None, asset_key: CoercibleToAssetKey | None = None
    ) -> Self:
        """That a file was made; the words of its path are the key unless another is given."""
        key = asset_key if asset_key is not None else re.findall(r"\w+", fspath(path), re.ASCII)
        return cls(key, description, {"path": MetadataValue.path(path)})

    def __repr__(self) -> str:
        """Name the asset and its partition."""
        return f"{type(self).__name__}({self.asset_key.to_user_string()!r}, partition={self.partition!r})"


Materialized = AssetMaterialization | AssetKey
"""What a run keeps of a materialization: its asset's key, where there is no more to say."""


def as_materialization(kept: Materialized) -> AssetMaterialization:
    """The materialization that a run has kept."""
    return AssetMaterialization(kept) if isinstance(kept, AssetKey) else kept


class AssetObservation(AssetMaterialization):
    """What a body says of an asset that it has looked at and not made."""

    __slots__ = ()


class ExpectationResult:
    """What a body says of something that it expected; the run goes on either way."""

    __slots__ = ("description", "label", "metadata", "success")

    def __init__(
        self,
        success: bool,  # Dagster's signature
        label: str | None = None,
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> None:
        """`success` says whether it came true."""
        self.success = success
        self.label = label
        self.description = description
        self.metadata = normalized_metadata(metadata, f"expectation '{label}'")


ExtraEvent = AssetMaterialization | ExpectationResult
"""What a body may say beside what it makes: it yields it, or gives it to `context.log_event`."""


def is_output(value: object) -> TypeGuard[Output[Any]]:
    """Whether `value` is an Output; in a form that type checkers follow."""
    return isinstance(value, Output)


def is_dynamic_output(value: object) -> TypeGuard[DynamicOutput[Any]]:
    """Whether `value` is a DynamicOutput; in a form that type checkers follow."""
    return isinstance(value, DynamicOutput)


def is_materialize_result(value: object) -> TypeGuard[MaterializeResult[Any]]:
    """Whether `value` is a MaterializeResult; in a form that type checkers follow."""
    return isinstance(value, MaterializeResult)


def is_extra_event(value: object) -> TypeGuard[ExtraEvent]:
    """Whether `value` is something that a body says beside what it makes."""
    return isinstance(value, ExtraEvent)


class NoValueSentinel:
    """Stands where a value would, for an asset that stored its data itself; the class, never an instance."""
