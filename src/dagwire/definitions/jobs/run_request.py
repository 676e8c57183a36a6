"""`RunRequest`: a run that a schedule or sensor asks for."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from dagwire.config.files.run_config import RunConfig
from dagwire.config.values.type_guards import is_mapping
from dagwire.definitions.partitions.partition_key_range import PartitionKeyRange
from dagwire.definitions.partitions.partitions import PARTITION_TAG, RANGE_END_TAG, RANGE_START_TAG
from dagwire.definitions.specs.argument_types import check_members, check_type
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.check_results import AssetCheckKey
from dagwire.definitions.specs.valid_attributes import json_tags
from dagwire.errors import ArgumentTypeError


class RunRequest:
    """A run that a schedule or sensor asks for. Equal by value."""

    __slots__ = (
        "asset_check_keys",
        "asset_selection",
        "job_name",
        "partition_key",
        "run_config",
        "run_key",
        "stale_assets_only",
        "tags",
    )

    def __init__(
        self,
        run_key: str | None = None,
        run_config: object = None,
        tags: Mapping[str, object] | None = None,
        job_name: str | None = None,
        asset_selection: Sequence[object] | None = None,
        stale_assets_only: bool = False,
        partition_key: str | None = None,
        asset_check_keys: Sequence[AssetCheckKey] | None = None,
    ) -> None:
        """Keep the facts of the run.

        Args:
            run_key: Names the run, so that it is started once only.
            run_config: A `RunConfig` or a dict.
            tags: The run's tags; a value that is not text becomes JSON.
            job_name: The job to run, if the sensor runs several.
            asset_selection: The assets of the job to make, by key; all by default.
            stale_assets_only: Kept for Dagster, which then makes only assets that are out of date; here all are made.
            partition_key: The partition to make.
            asset_check_keys: The checks to run; by default all of the assets.

        Raises:
            ArgumentTypeError: An argument has another type.
            InvalidDefinitionError: JSON cannot hold a tag.
        """
        texts = {"run_key": run_key, "job_name": job_name, "partition_key": partition_key}
        for parameter, value in texts.items():
            check_type("RunRequest", parameter, value, str)
        check_members("RunRequest", "asset_check_keys", asset_check_keys, AssetCheckKey)
        self.asset_selection: list[AssetKey] | None = (
            None if asset_selection is None else [*map(AssetKey.from_coercible, asset_selection)]
        )
        self.run_key: str | None = run_key
        self.run_config: dict[str, Any] = _as_dict(run_config)
        self.tags: dict[str, str] = json_tags(tags)
        self.job_name: str | None = job_name
        self.partition_key: str | None = partition_key
        self.stale_assets_only: bool = stale_assets_only
        self.asset_check_keys: list[AssetCheckKey] | None = None if asset_check_keys is None else list(asset_check_keys)

    @property
    def entity_keys(self) -> list[AssetKey | AssetCheckKey]:
        """The assets and the checks that it names."""
        return [*(self.asset_selection or ()), *(self.asset_check_keys or ())]

    @property
    def partition_key_range(self) -> PartitionKeyRange | None:
        """The range of partitions that its tags name, or None."""
        first, last = (self.tags.get(tag) for tag in (RANGE_START_TAG, RANGE_END_TAG))
        return PartitionKeyRange(first, last) if first is not None and last is not None else None

    def has_resolved_partition(self) -> bool:
        """Whether its tags have its partition."""
        return self.tags.get(PARTITION_TAG) is not None

    def with_replaced_attrs(self, **changes: Any) -> Self:
        """Return a request that differs in the arguments passed."""
        arguments: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        return type(self)(**{**arguments, **changes})

    def with_tags(self, more: Mapping[str, str]) -> Self:
        """Return a request with `more` tags, and with that of its partition."""
        partition = {PARTITION_TAG: self.partition_key} if self.partition_key else {}
        return self.with_replaced_attrs(tags={**self.tags, **partition, **more})

    def _values(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        """Equal if all arguments are."""
        return isinstance(other, RunRequest) and self._values() == other._values()

    def __hash__(self) -> int:
        """Hash the run key, which names the run, and the partition."""
        return hash((self.run_key, self.partition_key))

    def __repr__(self) -> str:
        """Show names and keys; not the config, which may hold secrets."""
        return f"RunRequest(run_key={self.run_key!r}, partition_key={self.partition_key!r}, job_name={self.job_name!r})"


def _as_dict(run_config: object) -> dict[str, Any]:
    if isinstance(run_config, RunConfig):
        return run_config.to_config_dict()
    if run_config is not None and not is_mapping(run_config):
        raise ArgumentTypeError("RunRequest", "run_config", "RunConfig or dict", run_config)
    return dict(run_config or {})
