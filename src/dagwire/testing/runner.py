"""`Run`: materialize or execute, with what holds for the test."""

from collections.abc import Callable, Mapping
from typing import Any

from dagwire.config.values.type_guards import is_collection
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.definitions import Definitions
from dagwire.definitions.jobs.asset_job import UnresolvedAssetJobDefinition
from dagwire.definitions.jobs.graph import GraphDefinition
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.jobs.run_options import RunOptions
from dagwire.errors import UnknownNameError
from dagwire.execution.materialize import ephemeral_job
from dagwire.execution.result import ExecuteInProcessResult
from dagwire.execution.run import arun_job, run_job
from dagwire.testing.isolation import OneTest

Target = Any
"""A job or asset, by name or itself; a graph; or several assets and checks."""

__tracebackhide__ = True


class _Runs:
    """The part that both runners share: finding the job."""

    def __init__(self, test: OneTest, definitions: Callable[[], Definitions]) -> None:
        """`definitions` are asked for where a job or an asset is named."""
        self._test = test
        self._definitions = definitions

    def _job(self, target: Target, selection: object) -> JobDefinition:
        if isinstance(target, str):
            target = self._named(target)
        if isinstance(target, GraphDefinition):
            target = target.to_job()
        if isinstance(target, UnresolvedAssetJobDefinition):
            return self._definitions().resolve(target).subset(asset_selection=selection)
        if isinstance(target, JobDefinition):
            bound = Definitions(jobs=[target], resources=self._test.container)
            return bound.resolve(target).subset(asset_selection=selection)
        listed = target if is_collection(target) else [target]
        return ephemeral_job("run", listed, self._test.container, selection)[0]

    def _named(self, name: str) -> object:
        definitions = self._definitions()
        if name in definitions.job_names:
            return definitions.resolve_job_def(name)
        made = [asset for asset in definitions.assets if isinstance(asset, AssetsDefinition)]
        asset_by_name = {key.to_user_string(): asset for asset in made for key in asset.keys}
        if name not in asset_by_name:
            raise UnknownNameError("job or asset", name, [*definitions.job_names, *asset_by_name])
        return asset_by_name[name]


class Run(_Runs):
    """Runs assets and jobs on the resources of one test, with its overrides; what the fixture `run` gives."""

    def __call__(
        self,
        target: Target,
        run_config: object = None,
        *,
        partition_key: str | None = None,
        selection: object = None,
        tags: Mapping[str, str] | None = None,
        raise_on_error: bool = True,
    ) -> ExecuteInProcessResult:
        """Run `target` to its end.

        Args:
            target: The name of a job, or of an asset, of the definitions; or a job, a graph, an asset, a check, or
                several assets and checks, which need not be in the definitions.
            run_config: A `RunConfig`, or a dict in Dagster's form.
            partition_key: The partition to make.
            selection: Which of the assets; all by default.
            tags: The run's tags.
            raise_on_error: Whether a failing step's own exception is raised; otherwise the result has it.

        Raises:
            UnknownNameError: The definitions have no job or asset of that name.
        """
        with self._test.in_force():
            return run_job(self._job(target, selection), _options(run_config, partition_key, tags, raise_on_error))


class AsyncRun(_Runs):
    """Runs jobs in a test that is a coroutine: resources open and close in the test's own task."""

    async def __call__(
        self,
        target: Target,
        run_config: object = None,
        *,
        partition_key: str | None = None,
        selection: object = None,
        tags: Mapping[str, str] | None = None,
        raise_on_error: bool = True,
    ) -> ExecuteInProcessResult:
        """Run `target` to its end; see `Run`."""
        with self._test.in_force():
            options = _options(run_config, partition_key, tags, raise_on_error)
            return await arun_job(self._job(target, selection), options)


def _options(
    run_config: object, partition_key: str | None, tags: Mapping[str, str] | None, raise_on_error: bool
) -> RunOptions:
    return RunOptions(run_config, partition_key, tags or {}, raise_on_error=raise_on_error)
