"""`RepositoryDefinition`: definitions under the names by which Dagster's repositories give them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from dagwire.definitions.asset_value_loader import AssetValueLoader
from dagwire.definitions.assets.source_asset import SourceAsset
from dagwire.definitions.automation.schedule import ScheduleDefinition
from dagwire.definitions.automation.sensor import SensorDefinition
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.resolved_asset_graph import AssetGraph
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.check_results import AssetCheckKey
from dagwire.resources.instance import DagsterInstance

if TYPE_CHECKING:
    from dagwire.definitions.assets.asset_check import AssetChecksDefinition
    from dagwire.definitions.assets.assets_definition import AssetsDefinition
    from dagwire.definitions.definitions import Definitions
    from dagwire.definitions.jobs.asset_job import UnresolvedAssetJobDefinition
    from dagwire.definitions.specs.asset_spec import AssetSpec


class RepositoryDefinition:
    """A view of `Definitions`; made by `@repository` and by `Definitions.get_repository_def`.

    Dagster's repositories came before `Definitions`; older programs declare one, and tests ask one for its jobs.
    """

    def __init__(self, defs: "Definitions", name: str, description: str | None = None) -> None:
        """Keep the definitions."""
        self._defs = defs
        self.name = name
        self.description = description

    def __call__(self) -> Self:
        """Return the repository itself, as a loader does that calls a function."""
        return self

    @property
    def definitions(self) -> "Definitions":
        """The definitions that it shows."""
        return self._defs

    @property
    def metadata(self) -> Mapping[str, object]:
        """Facts about the definitions."""
        return self._defs.metadata

    # -- jobs ----------------------------------------------------------------------------------------------------------

    def get_all_jobs(self) -> list[JobDefinition]:
        """Return all jobs, with that of all assets, sorted by name."""
        return self._defs.resolve_all_job_defs()

    @property
    def job_names(self) -> list[str]:
        """The names of all jobs, with that of all assets, sorted."""
        return self._defs.all_job_names

    def has_job(self, name: str) -> bool:
        """Return whether there is a job called `name`."""
        return name in self.job_names

    def get_job(self, name: str) -> JobDefinition:
        """Return the job called `name`; see `Definitions.resolve_job_def`."""
        return self._defs.resolve_job_def(name)

    def resolve_job_def(self, name: str) -> JobDefinition:
        """Return the job called `name`; see `Definitions.resolve_job_def`."""
        return self._defs.resolve_job_def(name)

    def resolve(self, job: "JobDefinition | UnresolvedAssetJobDefinition") -> JobDefinition:
        """Return `job` among these definitions; see `Definitions.resolve`."""
        return self._defs.resolve(job)

    def has_implicit_global_asset_job_def(self) -> bool:
        """Return whether there is a job of all assets."""
        return self._defs.has_implicit_global_asset_job_def()

    def get_implicit_global_asset_job_def(self) -> JobDefinition:
        """Return the job of all assets."""
        return self._defs.resolve_implicit_global_asset_job_def()

    # -- schedules and sensors -----------------------------------------------------------------------------------------

    @property
    def schedule_defs(self) -> list[ScheduleDefinition]:
        """The schedules."""
        return [self.get_schedule_def(schedule.name) for schedule in self._defs.schedules]

    def has_schedule_def(self, name: str) -> bool:
        """Return whether there is a schedule called `name`."""
        return any(schedule.name == name for schedule in self._defs.schedules)

    def get_schedule_def(self, name: str) -> ScheduleDefinition:
        """Return the schedule called `name`; see `Definitions.resolve_schedule_def`."""
        return self._defs.resolve_schedule_def(name)

    @property
    def sensor_defs(self) -> list[SensorDefinition]:
        """The sensors."""
        return [self.get_sensor_def(sensor.name) for sensor in self._defs.sensors]

    def has_sensor_def(self, name: str) -> bool:
        """Return whether there is a sensor called `name`."""
        return any(sensor.name == name for sensor in self._defs.sensors)

    def get_sensor_def(self, name: str) -> SensorDefinition:
        """Return the sensor called `name`; see `Definitions.resolve_sensor_def`."""
        return self._defs.resolve_sensor_def(name)

    # -- assets and resources ------------------------------------------------------------------------------------------

    @property
    def asset_graph(self) -> AssetGraph:
        """The assets, and which come before which."""
        return self._defs.resolve_asset_graph()

    @property
    def assets_defs_by_key(self) -> "dict[AssetKey, AssetsDefinition | AssetSpec | SourceAsset]":
        """`{key: definition}` of all assets, with those that are made elsewhere."""
        return self._defs.assets_by_key()

    @property
    def source_assets_by_key(self) -> "dict[AssetKey, SourceAsset]":
        """`{key: definition}` of the source assets."""
        found = self._defs.assets_by_key()
        return {key: asset for key, asset in found.items() if isinstance(asset, SourceAsset)}

    @property
    def asset_checks_defs_by_key(self) -> "dict[AssetCheckKey, AssetChecksDefinition]":
        """`{key: definition}` of all checks."""
        return {key: check for check in self._defs.asset_checks for key in check.check_keys}

    def get_top_level_resources(self) -> Mapping[str, Any]:
        """Return `{key: provider}` of the resources."""
        return self._defs.container.providers

    def load_asset_value(self, asset_key: Any, **options: Any) -> Any:
        """Return the stored value of an asset; see `Definitions.load_asset_value`."""
        return self._defs.load_asset_value(asset_key, **options)

    def get_asset_value_loader(self, instance: DagsterInstance | None = None) -> AssetValueLoader:
        """Return a loader of stored values; see `Definitions.get_asset_value_loader`."""
        return self._defs.get_asset_value_loader(instance)
