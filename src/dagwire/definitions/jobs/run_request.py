"""`RunRequest`: a run that a schedule or sensor asks for."""

from collections.abc import Mapping, Sequence
from typing import Any

from dagwire.config.files.run_config import RunConfig
from dagwire.definitions.partitions.partitions import PARTITION_TAG
from dagwire.definitions.specs.asset_key import AssetKey


class RunRequest:
    """A run that a schedule or sensor asks for. Equal by value."""

    __slots__ = ("asset_selection", "job_name", "partition_key", "run_config", "run_key", "tags")

    def __init__(
        self,
        run_key: str | None = None,
        run_config: Any = None,
        tags: Mapping[str, object] | None = None,
        job_name: str | None = None,
        asset_selection: Sequence[Any] | None = None,
        *,
        partition_key: str | None = None,
    ) -> None:
        """Keep the request.

        Args:
            run_key: Names the run, so that it is started once only.
            run_config: A `RunConfig` or a dict.
            tags: The run's tags.
            job_name: The job, if the sensor runs several.
            asset_selection: Keys of the job's assets; all by default.
            partition_key: The partition to make.
        """
        self.asset_selection = None if asset_selection is None else [*map(AssetKey.from_coercible, asset_selection)]
        self.run_key = run_key
        self.run_config = run_config.to_config_dict() if isinstance(run_config, RunConfig) else dict(run_config or {})
        self.tags = {name: str(value) for name, value in (tags or {}).items()}
        self.job_name = job_name
        self.partition_key = partition_key

    def with_tags(self, more: Mapping[str, str]) -> "RunRequest":
        """This request with `more` tags, those of its partition included."""
        partition = {PARTITION_TAG: self.partition_key} if self.partition_key else {}
        tags = {**self.tags, **partition, **more}
        return RunRequest(
            self.run_key,
            self.run_config,
            tags,
            self.job_name,
            self.asset_selection,
            partition_key=self.partition_key,
        )

    def _values(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        """Compare all fields."""
        return isinstance(other, RunRequest) and self._values() == other._values()

    def __hash__(self) -> int:
        """By the run key, which names the run."""
        return hash((self.run_key, self.partition_key))

    def __repr__(self) -> str:
        """The fields that are set; not the config, which may hold secrets."""
        return f"RunRequest(run_key={self.run_key!r}, partition_key={self.partition_key!r}, job_name={self.job_name!r})"
