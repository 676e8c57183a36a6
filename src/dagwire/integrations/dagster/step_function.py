"""`StepFunction`: a body of dagwire's as a function that Dagster executes."""

from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from inspect import (
    Parameter,
    Signature,
    isasyncgen,
    isasyncgenfunction,
    isawaitable,
    iscoroutinefunction,
    isgenerator,
    unwrap,
)
from typing import Any

import dagster as dg

from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.ops.node import Node
from dagwire.definitions.ops.op import OpDefinition
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.retries import Failure, RetryRequested
from dagwire.definitions.steps.signature import CONFIG_NAME
from dagwire.definitions.value_types.type_check import TypeCheckContext
from dagwire.errors import StepExitError
from dagwire.execution.asset_outcomes import asset_outcome, check_outcome
from dagwire.execution.contexts import context_class
from dagwire.execution.current_step import CurrentStep
from dagwire.execution.op_outcomes import op_outcome
from dagwire.execution.outcomes import Outcome, Yielded
from dagwire.execution.partition_selection import PartitionSelection
from dagwire.execution.step_context import StepContext
from dagwire.integrations.dagster.adopted_instance import AdoptedInstance
from dagwire.integrations.dagster.namesakes import namesake
from dagwire.integrations.dagster.own_io_manager import own_resource
from dagwire.integrations.dagster.shared_scope import LeftToStep, SharedScopes
from dagwire.integrations.dagster.step_events import step_events
from dagwire.resources.dagster_run import DagsterRun
from dagwire.resources.init_resource_context import Resources
from dagwire.resources.run_without_loop import drive

StepDefinitionKind = AssetsDefinition | AssetChecksDefinition | OpDefinition


class StepFunction:
    """A body of dagwire's as Dagster calls it: with its resources, config and context, its result as Dagster's events.

    Lives as long as the definitions that are made of it; each call is one attempt of a step.
    """

    def __init__(
        self,
        definition: StepDefinitionKind,
        scopes: SharedScopes,
        name_by_key: Mapping[str, str],
        partitions_def: PartitionsDefinition | None = None,
    ) -> None:
        """Prepare calls of the body of `definition`.

        Args:
            definition: An op, an asset or a check.
            scopes: The scopes of the resources, which are told of failures.
            name_by_key: Dagster's names of the resources that it asks for.
            partitions_def: The partitions of its runs.
        """
        self._definition = definition
        self._scopes = scopes
        self._name_by_key = name_by_key
        self._partitions_def = partitions_def
        if self._waits:  # Dagster's loop runs by then, and a resource may have to be opened in it
            scopes.kept_for_pass.update(name_by_key.values())

    @property
    def required_names(self) -> set[str]:
        """Dagster's names of the resources that the body and its types ask for."""
        keys = (*self._definition.body.keys, *self._definition.resources_by_type)
        return {self._name_by_key[key] for key in keys}

    def function(self, inputs: tuple[str, ...]) -> Callable[..., object]:
        """Return a function of a context and of `inputs`, for Dagster's decorators to read."""

        def compute(context: object, **values: object) -> Generator[object]:
            yield from self._events(context, values)

        async def acompute(context: object, **values: object) -> AsyncGenerator[object]:
            async for event in self._aevents(context, values):
                yield event

        made: Any = acompute if self._waits else compute
        made.__signature__ = Signature(
            [
                Parameter("context", Parameter.POSITIONAL_OR_KEYWORD),
                *(Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in inputs),
            ]
        )
        return made  # type: ignore[no-any-return]

    def of_op(self) -> Callable[..., object]:
        """Return a function of a context and a dict of inputs, for an op that is made by hand."""
        events = self._aevents if self._waits else self._events
        return lambda context, inputs: events(context, inputs)  # noqa: PLW0108  # Dagster reads a method's annotations

    @property
    def _waits(self) -> bool:
        function = unwrap(self._definition.body.function)
        return iscoroutinefunction(function) or isasyncgenfunction(function)

    def _events(self, context: object, values: Mapping[str, object]) -> Generator[object]:
        yield from drive(self._awaited(context, values))

    async def _aevents(self, context: object, values: Mapping[str, object]) -> AsyncGenerator[object]:
        for event in await self._awaited(context, values):
            yield event

    async def _awaited(self, context: Any, values: Mapping[str, object]) -> list[Any]:
        """The events of one attempt; its error is Dagster's own kind where Dagster has one, and reaches resources."""
        run_id = context.run.run_id
        self._scopes.note_failure(run_id, None)
        try:
            outcome = await self._attempt(context, values)
        except SystemExit as leaving:
            failure: Exception = StepExitError(self._definition.label, leaving.code)
            self._scopes.note_failure(run_id, failure)
            raise failure from leaving
        except (Failure, RetryRequested) as asked:
            self._scopes.note_failure(run_id, asked)
            raise _in_dagster(asked) from asked
        except BaseException as error:
            self._scopes.note_failure(run_id, error)
            raise
        for event in outcome.extra_events:
            context.log_event(namesake(event))
        return [*step_events(self._definition, outcome)]

    async def _attempt(self, seen: Any, values: Mapping[str, object]) -> Outcome:
        definition, signature = self._definition, self._definition.body.signature
        config = definition.body.config_from(_given_config(seen))
        resources: dict[str, object] = {}
        current = CurrentStep(lambda: self._context(seen, resources, config))
        async with current:
            for key in (*definition.body.keys, *definition.resources_by_type):
                resources[key] = await self._resource(seen, key, current)
            arguments = {**values, **{parameter: resources[key] for parameter, key in signature.keys.items()}}
            if signature.config is not None:
                arguments[CONFIG_NAME] = config
            leading = () if signature.context is None else (current.context(),)
            returned = await _finished(definition.body.function(*leading, **arguments), current)
            types = TypeCheckContext(seen.run.run_id, Resources(resources))
            outcome = self._outcome(seen, returned, current.made, types)
        if current.made is not None:
            outcome.extra_events[:0] = current.made.extra_events
        return outcome

    async def _resource(self, seen: Any, key: str, current: CurrentStep) -> object:
        value = getattr(seen.resources, self._name_by_key[key])
        if isinstance(value, LeftToStep):
            value = await value.opened(current, self._definition.label)
        return own_resource(value)

    def _context(self, seen: Any, resources: Mapping[str, Any], config: Any) -> StepContext:
        run = DagsterRun(seen.run.job_name, seen.run.run_id, seen.run.run_config, tags=seen.run.tags)
        node = Node(self._definition.name, self._definition, outputs=self._wanted(seen), mapping_key=_mapping_key(seen))
        context = context_class(self._definition)(run, self._partitions(seen), node, seen.retry_number)
        context.instance = AdoptedInstance(seen)
        context.given_log = seen.log
        context.resources = Resources(resources)
        context.op_config = config
        context.mark_subset(is_subset=node.outputs is not None)
        return context

    def _wanted(self, seen: Any) -> frozenset[str] | None:
        """The outputs that the run selects; None for all."""
        can_subset = getattr(self._definition, "can_subset", False)
        return frozenset(seen.op_execution_context.selected_output_names) if can_subset else None

    def _partitions(self, seen: Any) -> PartitionSelection:
        partitions = self._partitions_def
        is_range = seen.run.tags.get("dagster/asset_partition_range_start") is not None
        keys = tuple(seen.partition_keys) if is_range else (seen.partition_key,) if seen.has_partition_key else ()
        known = keys if partitions is None else tuple(partitions.as_key(str(key)) for key in keys)
        return PartitionSelection(known, is_range, partitions, seen.instance)

    def _outcome(self, seen: object, returned: object, made: StepContext | None, types: TypeCheckContext) -> Outcome:
        definition = self._definition
        added = made.added_metadata if made is not None else None
        if isinstance(definition, OpDefinition):
            return op_outcome(definition, returned, added, types)
        partitions = self._partitions(seen)
        if isinstance(definition, AssetsDefinition):
            return asset_outcome(definition, self._wanted(seen), returned, added, partitions, types)
        return check_outcome(definition, returned, partitions)


def _given_config(seen: Any) -> object:
    """The config of the step; Dagster has no config as None or as an empty dict, by the schema."""
    return seen.op_execution_context.op_config or None


def _mapping_key(seen: Any) -> str | None:
    key: str | None = seen.op_execution_context.get_mapping_key()
    return key


async def _finished(returned: object, current: CurrentStep) -> object:
    """The result of a body: a generator's items, a coroutine's result, or the value itself."""
    if isgenerator(returned):
        return Yielded(map(current.observe, returned))
    if isasyncgen(returned):
        return Yielded([current.observe(item) async for item in returned])
    return await returned if isawaitable(returned) else returned


def _in_dagster(asked: Failure | RetryRequested) -> Exception:
    if isinstance(asked, RetryRequested):
        return dg.RetryRequested(asked.max_retries, asked.seconds_to_wait)
    return dg.Failure(asked.description, namesake(asked.metadata), asked.allow_retries)
