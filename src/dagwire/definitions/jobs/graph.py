"""`@graph`: connected ops, to be placed in a job, in another graph, or as an asset."""

import copy
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, Self, overload

from dagwire.config.schema.config_schema import ConfiguredSchema
from dagwire.definitions.assets.node_assets import NodeAssets, NodeOutput
from dagwire.definitions.jobs.job import JobDefinition, job_of
from dagwire.definitions.ops.composition import Composed, composed_body, composing
from dagwire.definitions.ops.config_mapping import ConfigMapping, as_config_mapping
from dagwire.definitions.ops.graph_assets_definition import GraphAssetDefinition
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.retries import RetryPolicy
from dagwire.definitions.specs.valid_names import check_name, name_of
from dagwire.definitions.steps.bound_resources import bindings_from
from dagwire.definitions.steps.hook import HookDefinition
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError
from dagwire.resources.instance import DagsterInstance
from dagwire.resources.logger_definition import LoggerDefinition

if TYPE_CHECKING:
    from dagwire.execution.result import ExecuteInProcessResult


class GraphIn(NamedTuple):
    """An input of a graph, as `ins=` declares it."""

    description: str | None = None


class GraphOut(NamedTuple):
    """An output of a graph, as `out=` declares it."""

    description: str | None = None


class GraphDefinition:
    """Connected ops; made by `@graph`. Called in the body of a job or graph, its ops take their places there."""

    def __init__(self, name: str, inputs: Iterable[str], composed: Composed, *, description: str | None = None) -> None:
        """`composed` is the result of its body."""
        self.name = name
        self.inputs = tuple(inputs)
        self.composed = composed
        self.description = description
        self._alias: str | None = None

    def alias(self, name: str) -> Self:
        """This graph under another name, to be called in a job's body."""
        check_name("graph", name)
        changed = copy.copy(self)
        changed._alias = name
        return changed

    def configured(
        self, config_or_config_fn: object, name: str, config_schema: object = None, description: str | None = None
    ) -> Self:
        """This graph under a new name, with the config of its mapping given or made by a function of other config.

        Args:
            config_or_config_fn: The config, over which a run's is merged; or a function that returns this graph's.
            name: The new graph's name.
            config_schema: The schema of the config that the function takes.
            description: This graph's by default.

        Raises:
            InvalidDefinitionError: The graph has no config mapping, so it takes no config of its own.
        """
        check_name("graph", name)
        mapping = self.composed.mappings_by_graph.get("")
        if mapping is None:
            msg = f"graph '{self.name}' has no config mapping, so it has no config. Give it one, @graph(config=...)."
            raise InvalidDefinitionError(msg)
        schema = ConfiguredSchema(mapping.config_schema, config_or_config_fn, config_schema)
        changed = copy.copy(self)
        changed.name = name
        changed.description = description or self.description
        mappings = {**self.composed.mappings_by_graph, "": replace(mapping, config_schema=schema)}
        changed.composed = self.composed._replace(mappings_by_graph=mappings)
        return changed

    def with_hooks(self, hook_defs: Iterable[HookDefinition]) -> Self:
        """This graph with hooks of every op in it, to be called in a job's body."""
        hooks = frozenset(hook_defs)
        changed = copy.copy(self)
        placed = {
            name: replace(place, definition=place.definition.with_hooks(hooks))
            for name, place in self.composed.placed.items()
        }
        changed.composed = self.composed._replace(placed=placed)
        return changed

    def as_assets(self, assets: NodeAssets) -> GraphAssetDefinition:
        """Return the assets that its outputs are; `AssetsDefinition.from_graph` calls this.

        Raises:
            InvalidDefinitionError: `assets` names an input or output that the graph does not have.
        """
        owner = f"graph '{self.name}'"
        ins = assets.ins(owner, self.inputs)
        checks = {spec.get_python_identifier() for spec in assets.check_specs or ()}
        outputs = {name: NodeOutput() for name in self.composed.outputs if name not in checks}
        if len(outputs) == 1:
            outputs = dict.fromkeys(outputs, NodeOutput(self.description))
        return GraphAssetDefinition(
            self.name,
            owner,
            assets.specs(owner, self.name, outputs, ins),
            self.composed,
            ins,
            check_specs=assets.check_specs,
            can_subset=assets.can_subset,
            partitions_def=assets.partitions_def,
            backfill_policy=assets.backfill_policy,
            resource_defs=assets.resource_defs,
            hooks=assets.hook_defs,
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Take places in the job or graph whose body is running.

        Raises:
            InvalidInvocationError: No job or graph is being defined.
        """
        composition = composing()
        if composition is None:
            raise InvalidInvocationError(f"graph '{self.name}'", "is called in the body of a job or graph only.")
        return composition.place_graph(self.composed, self._alias or self.name, self.inputs, args, kwargs)

    def to_job(  # Dagster's signature
        self,
        name: str | None = None,
        description: str | None = None,
        resource_defs: Mapping[str, object] | None = None,
        config: Any = None,
        tags: Mapping[str, str] | None = None,
        logger_defs: Mapping[str, LoggerDefinition] | None = None,
        hooks: Iterable[HookDefinition] | None = None,
        op_retry_policy: RetryPolicy | None = None,
        partitions_def: PartitionsDefinition | None = None,
        input_values: Mapping[str, object] | None = None,
    ) -> JobDefinition:
        """A job of these ops.

        Args:
            name: The graph's name by default.
            description: The graph's by default.
            resource_defs: The job's own resources, stronger than those of `Definitions`.
            config: Run config that every run starts from; or a `ConfigMapping` of the run's own config.
            tags: Tags of every run.
            hooks: Hooks of every step.
            op_retry_policy: How often a step that has no policy of its own is tried again.
            partitions_def: The parts it is run in.
            input_values: `{input: value}` of the graph's inputs; a run's own come first.

        Raises:
            InvalidDefinitionError: An input is not connected, and no run could give it a value.
        """
        own = name or self.name
        check_name("job", own)
        return job_of(
            own,
            self.composed,
            input_values=dict(input_values or {}),
            description=description or self.description,
            bindings=bindings_from(resource_defs),
            config=config,
            tags=dict(tags or {}),
            logger_defs=logger_defs,
            hooks=frozenset(hooks or ()),
            op_retry_policy=op_retry_policy,
            partitions_def=partitions_def,
        )

    def execute_in_process(
        self,
        run_config: Any = None,
        instance: DagsterInstance | None = None,
        *,
        resources: Mapping[str, object] | None = None,
        raise_on_error: bool = True,
        op_selection: Sequence[str] | None = None,
        run_id: str | None = None,
        input_values: Mapping[str, object] | None = None,
    ) -> "ExecuteInProcessResult":
        """Run the graph as a job, here and now; see `JobDefinition.execute_in_process`."""
        return self.to_job().execute_in_process(
            run_config,
            instance,
            raise_on_error=raise_on_error,
            resources=resources,
            op_selection=op_selection,
            run_id=run_id,
            input_values=input_values,
        )

    def __repr__(self) -> str:
        """Name it."""
        return f"GraphDefinition({self.name})"


@overload
def graph(compose_fn: Callable[..., Any]) -> GraphDefinition: ...
@overload
def graph(
    *,
    name: str | None = None,
    description: str | None = None,
    ins: Mapping[str, GraphIn] | None = None,
    out: GraphOut | Mapping[str, GraphOut] | None = None,
    config: ConfigMapping | Mapping[str, Any] | None = None,
) -> Callable[[Callable[..., Any]], GraphDefinition]: ...
def graph(
    compose_fn: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    ins: Mapping[str, GraphIn] | None = None,
    out: GraphOut | Mapping[str, GraphOut] | None = None,
    config: ConfigMapping | Mapping[str, Any] | None = None,
) -> GraphDefinition | Callable[[Callable[..., Any]], GraphDefinition]:
    """Make a graph of a function that calls ops and graphs; calling them connects them, nothing runs.

    Args:
        compose_fn: The function, if the decorator is used without arguments.
        name: The function's name by default.
        description: For people; the docstring by default.
        ins: `{input: GraphIn}`; the inputs are the function's parameters.
        out: `{output: GraphOut}` if there are several; the function then returns a dict or a tuple.
        config: Turns the graph's own config into that of its ops; a dict configures them once and for all.

    Raises:
        InvalidDefinitionError: `ins` names no parameter, or the function returns something else than outputs.

    Example:
        >>> from dagwire import graph, op
        >>> @op
        ... def double(number):
        ...     return number * 2
        >>> @graph
        ... def fourfold(number):
        ...     return double(double(number))
        >>> fourfold.execute_in_process(input_values={"number": 3}).output_value()
        12
    """

    def decorate(function: Callable[..., Any]) -> GraphDefinition:
        own = name or name_of(function)
        check_name("graph", own)
        inputs = tuple(inspect.signature(function).parameters)
        strange = [given for given in ins or () if given not in inputs]
        if strange:
            msg = f"graph '{own}': `ins` names {', '.join(strange)}, and the function has no such parameter."
            raise InvalidDefinitionError(msg)
        outputs = list(out) if isinstance(out, Mapping) else None
        composed = composed_body(f"graph '{own}'", function, inputs, outputs, as_config_mapping(config))
        return GraphDefinition(own, inputs, composed, description=description or inspect.getdoc(function))

    return decorate if compose_fn is None else decorate(compose_fn)
