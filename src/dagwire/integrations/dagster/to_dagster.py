"""`to_dagster`: dagwire's definitions as Dagster's, for its daemon, its pages and its executors."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import dagster as dg

from dagwire.containers.scope_checks import raise_faults
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.definitions import Definitions
from dagwire.errors import DagwireError, NotCarriedError
from dagwire.integrations.dagster.asset_definitions import dagster_assets, dagster_checks
from dagwire.integrations.dagster.carried_container import CarriedContainer
from dagwire.integrations.dagster.carried_steps import CarriedSteps
from dagwire.integrations.dagster.external_assets import external_asset
from dagwire.integrations.dagster.job_definitions import dagster_executor, dagster_job, dagster_loggers
from dagwire.integrations.dagster.namesakes import namesake
from dagwire.integrations.dagster.tick_definitions import dagster_schedule, dagster_sensor

T = TypeVar("T")


def to_dagster(definitions: Definitions, *, executor: dg.ExecutorDefinition | None = None) -> dg.Definitions:
    """Return definitions as Dagster's, to be loaded by its command line, its webserver and its daemon.

    Names, keys, dependencies, partitions and config schemas stay. Resources are opened as `resources_for_dagster` says.
    Where a key `io_manager` is not provided, Dagster stores values by its own.

    Args:
        definitions: They are not changed.
        executor: Dagster's, for jobs that have none of their own; in the place of the definitions' own.

    Raises:
        InvalidDefinitionError: The definitions have a fault.
        NotCarriedError: A part of them has no equal in Dagster. `FaultsError` for several.

    Example:
        >>> from dagwire import Definitions, ResourceParam, asset
        >>> from dagwire.integrations.dagster import to_dagster
        >>> @asset
        ... def greeting(name: ResourceParam[str]) -> str:
        ...     return f"hello, {name}"
        >>> carried = to_dagster(Definitions(assets=[greeting], resources={"name": "Ann"}))
        >>> carried.resolve_implicit_global_asset_job_def().execute_in_process().output_for_node("greeting")
        'hello, Ann'
    """
    Definitions.validate_loadable(definitions)
    return _Carrying(definitions).carried(executor)


class _Carrying:
    """One conversion; lives as long as it."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._container = CarriedContainer(definitions.container, has_steps=True)
        self._steps = CarriedSteps(self._container)
        self._faults: list[DagwireError] = []

    def carried(self, executor: dg.ExecutorDefinition | None) -> dg.Definitions:
        """Everything, or all that cannot be carried as one error."""
        given, steps = self._definitions, self._steps
        assets = self._each(given.assets, self._asset)
        checks = self._each(given.asset_checks, lambda check: dagster_checks(check, steps))
        declared = given.declared_jobs()
        jobs = {name: one for name, job in declared.items() for one in self._each([job], self._job)}
        schedules = self._each(given.schedules, lambda one: dagster_schedule(given.schedule_of(one), jobs, given))
        sensors = self._each(given.sensors, lambda one: dagster_sensor(one, jobs, given))
        raise_faults(self._faults)
        return dg.Definitions(
            assets=assets,
            asset_checks=checks,
            jobs=list(jobs.values()),
            schedules=schedules,
            sensors=sensors,
            resources=self._container.definitions,
            executor=executor or dagster_executor(given.executor),
            loggers=dagster_loggers(given.loggers),
            metadata=namesake(dict(given.metadata)) or None,
        )

    def _each(self, items: Iterable[object], carry: Callable[[Any], T]) -> list[T]:
        """Carry each item; keep the fault of one that cannot be, and go on."""
        found: list[T] = []
        for item in items:
            try:
                found.append(carry(item))
            except NotCarriedError as fault:
                self._faults.append(fault)
        return found

    def _asset(self, asset: Any) -> Any:
        return dagster_assets(asset, self._steps) if isinstance(asset, AssetsDefinition) else external_asset(asset)

    def _job(self, job: Any) -> Any:
        return dagster_job(job, self._definitions.resolve(job), self._steps, self._container)
