"""Results that a body returns: `Output`, `DynamicOutput`, `MaterializeResult`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeGuard, TypeVar, cast

from dagwire.definitions.specs.argument_types import check_members, check_type
from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKey
from dagwire.definitions.specs.check_results import AssetCheckResult
from dagwire.definitions.specs.data_version import DataVersion
from dagwire.definitions.specs.normalized_metadata import AnyMetadata, normalized_metadata
from dagwire.definitions.specs.valid_attributes import check_tags
from dagwire.definitions.specs.valid_names import check_mapping_key

T = TypeVar("T")


class NoValueSentinel:
    """Stands where a value would, for an asset that stored its data itself; the class, never an instance."""


@dataclass(frozen=True, slots=True, init=False)
class MaterializeResult(Generic[T]):
    """The result of an asset that stored its data itself; with `value`, of one whose IO manager stores it."""

    asset_key: AssetKey | None
    metadata: Mapping[str, Any] | None
    check_results: Sequence[AssetCheckResult]
    data_version: DataVersion | None
    tags: Mapping[str, str] | None
    value: T

    def __init__(
        self,
        asset_key: CoercibleToAssetKey | None = None,
        metadata: Mapping[str, object] | None = None,
        check_results: Sequence[AssetCheckResult] | None = None,
        data_version: DataVersion | None = None,
        tags: Mapping[str, str] | None = None,
        value: T = cast("Any", NoValueSentinel),  # noqa: B008  # the class itself, no call that matters
    ) -> None:
        """Describe the result.

        Args:
            asset_key: The asset, if the function makes several.
            metadata: Facts about the materialization.
            check_results: Results of the checks that the function itself makes.
            data_version: The version of the data; a tag of the materialization.
            tags: Tags of the materialization.
            value: The value to store and to pass downstream, if the function did not store it.

        Raises:
            InvalidDefinitionError: An argument has the wrong type, or metadata cannot be shown.
        """
        key = None if asset_key is None else AssetKey.from_coercible(asset_key)
        owner = "MaterializeResult" if key is None else f"MaterializeResult of '{key.to_user_string()}'"
        normalized_metadata(metadata, owner)
        check_members(owner, "check_results", check_results, AssetCheckResult)
        check_type(owner, "data_version", data_version, DataVersion)
        check_tags(owner, tags)
        object.__setattr__(self, "asset_key", key)
        object.__setattr__(self, "metadata", metadata)
        object.__setattr__(self, "check_results", list(check_results or ()))
        object.__setattr__(self, "data_version", data_version)
        object.__setattr__(self, "tags", tags)
        object.__setattr__(self, "value", value)

    @property
    def has_value(self) -> bool:
        """Whether a value was given; None is one."""
        return self.value is not NoValueSentinel


@dataclass(frozen=True, slots=True, init=False)
class Output(Generic[T]):
    """A value, with facts about it. Equal by value."""

    value: T
    output_name: str
    metadata: AnyMetadata
    data_version: DataVersion | None
    tags: Mapping[str, str] | None

    def __init__(
        self,
        value: T,
        output_name: str = "result",
        metadata: Mapping[str, object] | None = None,
        data_version: DataVersion | None = None,
        *,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Describe the value; each plain value of `metadata` becomes a `MetadataValue`.

        Raises:
            InvalidDefinitionError: An argument has the wrong type, a tag is invalid or `metadata` cannot be shown.
        """
        owner = f"Output '{output_name}'"
        check_type(owner, "output_name", output_name, str)
        check_type(owner, "data_version", data_version, DataVersion)
        check_tags(owner, tags)
        object.__setattr__(self, "value", value)
        object.__setattr__(self, "output_name", output_name)
        object.__setattr__(self, "metadata", normalized_metadata(metadata, owner))
        object.__setattr__(self, "data_version", data_version)
        object.__setattr__(self, "tags", tags)


@dataclass(frozen=True, slots=True, init=False)
class DynamicOutput(Generic[T]):
    """A value of a dynamic output, with the key that distinguishes it from the others."""

    value: T
    mapping_key: str
    output_name: str
    metadata: AnyMetadata

    def __init__(
        self, value: T, mapping_key: str, output_name: str = "result", metadata: Mapping[str, object] | None = None
    ) -> None:
        """Describe the value; `mapping_key` becomes part of the names of the steps that take it.

        Raises:
            InvalidNameError: `mapping_key` cannot be part of a name.
        """
        check_mapping_key(mapping_key)
        check_type(f"DynamicOutput '{mapping_key}'", "output_name", output_name, str)
        object.__setattr__(self, "value", value)
        object.__setattr__(self, "mapping_key", mapping_key)
        object.__setattr__(self, "output_name", output_name)
        object.__setattr__(self, "metadata", normalized_metadata(metadata, f"the dynamic output '{mapping_key}'"))

    def __repr__(self) -> str:
        """Show the key without the value, which may be long, or a secret."""
        return f"DynamicOutput(mapping_key={self.mapping_key!r}, output_name={self.output_name!r})"


def is_output(value: object) -> TypeGuard[Output[Any]]:
    """Whether `value` is an Output; in a form that type checkers follow."""
    return isinstance(value, Output)


def is_dynamic_output(value: object) -> TypeGuard[DynamicOutput[Any]]:
    """Whether `value` is a DynamicOutput; in a form that type checkers follow."""
    return isinstance(value, DynamicOutput)


def is_materialize_result(value: object) -> TypeGuard[MaterializeResult[Any]]:
    """Whether `value` is a MaterializeResult; in a form that type checkers follow."""
    return isinstance(value, MaterializeResult)
