"""A run: open the resources of its steps, do the steps, record their outcomes, close."""

from collections.abc import Collection, Container, Iterator, Mapping

from dagwire.computed_once import computed_once
from dagwire.containers.effective_replacements import effective_replacements
from dagwire.containers.keys import Requirement
from dagwire.containers.run_scope import RunScope
from dagwire.containers.scope_checks import raise_faults
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.jobs.run_options import RetriedRun, RunOptions
from dagwire.definitions.ops.node import Node
from dagwire.definitions.steps.bound_resources import Bindings
from dagwire.definitions.steps.output_handles import OutputHandle
from dagwire.errors import DagwireError, InvalidConfigError, InvalidInvocationError, ResourceSetupError
from dagwire.execution.event_types import DagsterEventType
from dagwire.execution.events import DagsterEvent
from dagwire.execution.executors import as_they_come, in_tasks, in_threads, one_by_one
from dagwire.execution.instance_values import default_io_manager, keep_values
from dagwire.execution.io_config import IOConfig
from dagwire.execution.plain_steps import PlainCalls, do_in_order
from dagwire.execution.plan import Plan, make_plan, stronger_bindings
from dagwire.execution.result import ExecuteInProcessResult
from dagwire.execution.run_loggers import made_loggers, write_event
from dagwire.execution.run_record import Record
from dagwire.execution.step_context import StepContext
from dagwire.execution.step_io import StepIO, unstored_value
from dagwire.execution.step_runner import Steps
from dagwire.execution.stored_values import StoredValues
from dagwire.execution.unstored_partitions import unstored_partitions
from dagwire.resources.dagster_run import DagsterRun, DagsterRunStatus, new_run_id
from dagwire.resources.event_log_entry import EventLogEntry
from dagwire.resources.instance import DagsterInstance, given_instance
from dagwire.resources.io_manager import DEFAULT_IO_MANAGER
from dagwire.resources.log_manager import DagsterLogManager, log
from dagwire.resources.run_without_loop import drive

_STATUS = {
    DagsterEventType.RUN_START: DagsterRunStatus.STARTED,
    DagsterEventType.RUN_SUCCESS: DagsterRunStatus.SUCCESS,
    DagsterEventType.RUN_FAILURE: DagsterRunStatus.FAILURE,
    DagsterEventType.RUN_CANCELED: DagsterRunStatus.CANCELED,
}
_KEPT_WITH_RUN = frozenset({*_STATUS, DagsterEventType.STEP_FAILURE})
"""The events that an instance keeps with a run."""


def run_job(job: JobDefinition, options: RunOptions) -> ExecuteInProcessResult:
    """Run `job` here and now; see `JobDefinition.execute_in_process`."""
    return drive(_Run(job, options, asynchronous=False).execute())


async def arun_job(job: JobDefinition, options: RunOptions) -> ExecuteInProcessResult:
    """`run_job` in the caller's event loop; asynchronous bodies and resources run in the caller's own task."""
    return await _Run(job, options, asynchronous=True).execute()


def check_run(job: JobDefinition, options: RunOptions) -> Plan:
    """The plan of `run_job`, checked as it checks it; nothing is opened or run.

    Raises:
        DagwireError: Something is missing, declared wrongly or configured wrongly; all faults are reported at once.
    """
    run = _Run(job, options, asynchronous=False)
    run.check()
    return run.plan


class _Run:
    """A run, from faults to result; lives as long as it."""

    def __init__(self, job: JobDefinition, options: RunOptions, *, asynchronous: bool) -> None:
        self._options = options
        instance = given_instance("A run", options.instance) or DagsterInstance.ephemeral()
        self.plan: Plan = make_plan(job, options)
        run_id = options.run_id or new_run_id()
        retried = options.retried
        self._reused: Mapping[str, tuple[str, Collection[str]]] = retried.done if retried is not None else {}
        self._run = DagsterRun(
            job.name,
            run_id,
            self.plan.run_config,
            asset_selection=job.asset_selection,
            step_keys_to_execute=[name for name in job.steps.by_name if name not in self._reused],
            tags=self.plan.tags if retried is None else {**self.plan.tags, **tags_of_retry(retried)},
            root_run_id=retried and retried.root_run_id,
            parent_run_id=retried and retried.run_id,
        )
        self._loggers = [log]
        working = effective_replacements(job.container, run=options.resources, bindings=job.bindings)
        strongest = working.strongest
        self._scope = RunScope(
            working.container,
            replacements={**default_io_manager(self.plan.nodes, working.container, instance), **working.by_key()},
            config_by_key=self.plan.resource_config_by_key,
            run_id=run_id,
            run=self._run,
            instance=instance,
            asynchronous=asynchronous,
            logger=DagsterLogManager({"job_name": job.name, "run_id": run_id}, self._loggers),
            has_steps=True,
        )
        self._inner_scopes: dict[frozenset[tuple[str, int]], RunScope] = {}
        self._scope_by_node = ScopeByStep(self._scope)
        self._load_scopes: dict[tuple[str, str], RunScope] = {}
        self._find_scopes(strongest)
        self._instance = instance if options.instance is not None or self.plan.nodes.ask_the_instance else None
        is_heard = bool(self._instance is not None or options.on_event is not None or self.plan.loggers)
        self._record = Record(self._run, self._notify if is_heard else None)
        self._record.reuse({step: outputs for step, (_, outputs) in self._reused.items()})
        self._asynchronous = asynchronous
        self._shown_instance = instance
        self._strongest = strongest
        self._step_io = self._make_step_io()

    @computed_once
    def _io_config(self) -> IOConfig:
        return IOConfig(self.plan.nodes, self.plan.output_config, self.plan.input_config)

    @computed_once
    def _steps(self) -> Steps:
        """Does the steps that are not plain; a run without such does not ask for it."""
        return Steps(
            self._run,
            self.plan,
            self._scope_by_node,
            self._record,
            self._step_io,
            self._shown_instance,
            StoredValues(self.plan.job, self._strongest, self._shown_instance, self._keep_values),
            self._loggers,
            asynchronous=self._asynchronous,
        )

    def _keep_values(self) -> None:
        """Leave the values that passed in memory so far to bodies that load them, and to later runs of the instance."""
        if self._step_io is None:
            keep_values(self.plan, self._record, self._shown_instance)

    def _notify(self, event: DagsterEvent) -> None:
        """Show an event to the instance, which remembers what was made, and to the caller's listener."""
        instance, on_event, run = self._instance, self._options.on_event, self._run
        if instance is not None and event.is_step_materialization:
            made = event.materialization
            instance.remember(EventLogEntry(made, run.run_id, run.job_name, event.step_key, event.timestamp))
        if instance is not None and event.event_type in _STATUS:
            instance.keep_run(run.with_status(_STATUS[event.event_type]))
        if instance is not None and event.event_type in _KEPT_WITH_RUN:
            instance.remember_run(run, event, _STATUS.get(event.event_type))
        if self.plan.loggers:
            write_event(event, self._loggers)
        if on_event is not None:
            on_event(event)

    def _find_scopes(self, strongest: Mapping[str, object]) -> None:
        """Find the scope of each step's resources, and of the input managers that load values for it."""
        for node in self.plan.nodes.with_own_scope:
            own = node.definition.bindings
            scope = self._scope_with(stronger_bindings(own, strongest)) if own else self._scope
            self._scope_by_node[node.name] = scope
            for name, load in node.loads.items():
                self._load_scopes[node.name, name] = (
                    scope if load.bindings is None else self._scope_with(stronger_bindings(load.bindings, strongest))
                )

    def _make_step_io(self) -> StepIO | None:
        """The storage of the values of steps; None if no IO manager is named or provided."""
        scopes = (self._scope, *self._inner_scopes.values())
        is_provided = any(scope.has_key(DEFAULT_IO_MANAGER) for scope in scopes)
        if not is_provided and not self.plan.nodes.names_io_managers:
            return None
        return StepIO(
            self._run,
            self.plan,
            self._scope_by_node,
            self._load_scopes,
            self._record,
            self._shown_instance,
            self._io_config,
            {step: run_id for step, (run_id, _) in self._reused.items()},
        )

    def _scope_with(self, bindings: Bindings) -> RunScope:
        """The run's own scope, or the scope inside it for these bindings; equal bindings share one."""
        if not bindings:
            return self._scope
        identity = frozenset((key, id(provider)) for key, provider in bindings.items())
        if identity not in self._inner_scopes:
            self._inner_scopes[identity] = self._scope.inner(bindings)
        return self._inner_scopes[identity]

    @property
    def _has_several_askers(self) -> bool:
        """Whether not all is asked of the run's own scope, by its steps alone."""
        return bool(self._inner_scopes or self._load_scopes or self._reused) or self._step_io is not None

    # -- from faults to result -----------------------------------------------------------------------------------------

    async def execute(self) -> ExecuteInProcessResult:
        """Run all steps, and close what was opened, whatever happens."""
        self.check()
        self._loggers[:] = made_loggers(self.plan.loggers, self.plan.job, self._run.run_id)
        record = self._record
        record.emit(DagsterEventType.RUN_START)
        try:
            failure = await self._open_and_run()
        except BaseException as interrupt:
            # Not a step's failure, which is recorded: the run itself is ended from outside.
            record.emit(DagsterEventType.RUN_CANCELED, data=interrupt)
            await self._scope.close(interrupt)
            raise
        if self._options.instance is not None and self._step_io is None:
            keep_values(self.plan, self._record, self._options.instance)
        failure = await self._closed(failure)
        record.end(failure)
        if failure is not None and self._options.raise_on_error:
            raise failure
        status = DagsterRunStatus.SUCCESS if failure is None else DagsterRunStatus.FAILURE
        return ExecuteInProcessResult(self.plan.job, self._run.with_status(status), record)

    def check(self) -> None:
        """Raise everything that is wrong, before anything is opened."""
        faults = [*self.plan.faults]
        asked = (
            self._asked_of_each(faults) if self._has_several_askers else {self._scope: [*self.plan.nodes.requirements]}
        )
        self._opens = any(asked.values())
        if self._opens or self._scope.has_config:
            for scope, requirements in asked.items():
                faults += scope.prepare(requirements)
            faults += self._scope.unknown_config(self._inner_scopes.values())
        if not faults and (self._step_io is not None or self.plan.output_config or self.plan.input_config):
            faults += self._io_config.validate(self._step_io)
        if self.plan.partitions.keys and not faults:
            faults += unstored_partitions(self.plan, self._step_io)
        raise_faults(faults)

    def _asked_of_each(self, faults: list[DagwireError]) -> dict[RunScope, list[Requirement]]:
        """`{scope: what steps ask it for}`; what cannot be asked for is added to `faults`."""
        asked: dict[RunScope, list[Requirement]] = {scope: [] for scope in (self._scope, *self._inner_scopes.values())}
        for node in self.plan.nodes:
            if node.name in self._reused:
                continue
            own = asked[self._scope_by_node[node.name]]
            own += node.own_requirements
            try:
                self._ask_for_reused(node, asked)
            except InvalidInvocationError as fault:
                faults.append(fault)
            if self._step_io is not None:
                own += self._step_io.default_requirements(node)
            for name, load in node.loads.items():
                asked[self._load_scopes[node.name, name]].append(load.requirement(node.definition.label, name))
        return asked

    def _ask_for_reused(self, node: Node, asked: Mapping[RunScope, list[Requirement]]) -> None:
        """Ask for the IO managers of the values that a step takes from steps that an earlier run has done.

        Raises:
            InvalidInvocationError: A value is not stored.
        """
        for handle in taken_of(node, self._reused):
            if self._step_io is None:
                raise unstored_value(node, next(one for one in self.plan.nodes if one.name == handle.node))
            asked[self._scope_by_node[handle.node]].extend(self._step_io.reused_requirements(node, [handle]))

    async def _open_and_run(self) -> BaseException | None:
        """Open resources and run steps; return the failure that ends the run, or None."""
        if self._opens:
            self._record.emit(DagsterEventType.RESOURCE_INIT_STARTED)
            try:
                for scope in (self._scope, *self._inner_scopes.values()):
                    await scope.open()
            except (ResourceSetupError, InvalidConfigError) as not_opened:
                self._record.emit(DagsterEventType.RESOURCE_INIT_FAILURE, data=not_opened)
                return not_opened
            self._record.emit(DagsterEventType.RESOURCE_INIT_SUCCESS)
        else:
            self._scope.open_nothing()  # bodies may ask it for something
        await self._do_steps()
        return self._record.first_failure

    async def _do_steps(self) -> None:
        options, nodes, record, stop = self._options, self.plan.nodes, self._record, self._options.raise_on_error
        if self._is_quick:
            config = self.plan.config_by_node
            calls = PlainCalls(record, self._scope_by_node, self._make_context, config)
            await do_in_order(nodes, calls, lambda: self._steps, record, stop_at_failure=stop)
            return
        steps = self._steps
        do = self._do_unless_done if self._reused else steps.do
        if options.executor is not None and not self._asynchronous:
            in_threads(nodes, do, record, options.executor, stop_at_failure=stop)
        elif options.max_concurrency != 1 and self._asynchronous:
            await in_tasks(nodes, do, record, options.max_concurrency, stop_at_failure=stop)
        else:
            run = as_they_come if self.plan.job.is_dynamic else one_by_one
            await run(nodes, do, record, steps.sleep, stop_at_failure=stop)

    def _make_context(self, node: Node) -> StepContext:
        return self._steps.context(node)

    @property
    def _is_quick(self) -> bool:
        """Whether plain steps may take the quick path: one after another, in memory, and nobody listens."""
        options = self._options
        is_side_by_side = options.max_concurrency != 1 if self._asynchronous else options.executor is not None
        is_plain = self._step_io is None and not self._record.is_heard
        return is_plain and not (is_side_by_side or self._reused or self.plan.job.is_dynamic)

    async def _do_unless_done(self, node: Node) -> float | None:
        return None if node.name in self._reused else await self._steps.do(node)

    async def _closed(self, failure: BaseException | None) -> BaseException | None:
        """Close everything; return the failure of the run, the failures of closes included."""
        try:
            await self._scope.close(failure)
        except Exception as closing:  # noqa: BLE001  # returned: it becomes the run's failure; an interrupt goes on
            return closing
        return failure


class ScopeByStep(dict[str, RunScope]):
    """`{step: the scope in which its resources are open}`; a step without resources of its own has the run's."""

    def __init__(self, scope: RunScope) -> None:
        """All steps have `scope` until they are set."""
        super().__init__()
        self._scope = scope

    def __missing__(self, step: str) -> RunScope:
        """The run's own scope."""
        return self._scope


def tags_of_retry(retried: RetriedRun) -> dict[str, str]:
    """The tags by which a run names the run that it goes on with, as Dagster's do."""
    return {"dagster/parent_run_id": retried.run_id, "dagster/root_run_id": retried.root_run_id}


def taken_of(node: Node, steps: Container[str]) -> Iterator[OutputHandle]:
    """The outputs of `steps` whose values a step takes."""
    for source in node.inputs.values():
        for handle in source if isinstance(source, list) else [source]:
            if isinstance(handle, OutputHandle) and handle.node in steps:
                yield handle
