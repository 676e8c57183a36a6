"""`GraphDefinition`: connected ops, to be placed in a job, in another graph, or as an asset."""

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from dagwire.config.schema.config_schema import ConfiguredSchema
from dagwire.definitions.assets.node_assets import NodeAssets, NodeOutput
from dagwire.definitions.jobs.job import JobDefinition, job_of
from dagwire.definitions.ops.composition import Composed, composing
from dagwire.definitions.ops.config_mapping import ConfigMapping
from dagwire.definitions.ops.graph_assets_definition import GraphAssetDefinition
from dagwire.definitions.ops.graph_by_hand import Dependencies, InputMapping, OutputMapping, composed_by_hand
from dagwire.definitions.ops.graph_node import GraphNode
from dagwire.definitions.ops.graph_ports import graph_inputs, graph_outputs
from dagwire.definitions.ops.op import OpDefinition
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.retries import RetryPolicy
from dagwire.definitions.specs.valid_attributes import json_tags
from dagwire.definitions.specs.valid_names import check_name
from dagwire.definitions.steps.bound_resources import bindings_from
from dagwire.definitions.steps.hook import HookDefinition
from dagwire.definitions.steps.input_and_output_definitions import InputDefinition, OutputDefinition
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError, UnknownNameError
from dagwire.resources.instance import DagsterInstance
from dagwire.resources.logger_definition import LoggerDefinition

if TYPE_CHECKING:
    from dagwire.execution.result import ExecuteInProcessResult


class GraphDefinition:
    """Connected ops; made by `@graph`. Called in the body of a job or graph, its ops take their places there."""

    def __init__(
        self,
        name: str,
        *,
        description: str | None = None,
        node_defs: Iterable[Any] | None = None,
        dependencies: Dependencies | None = None,
        input_mappings: Sequence[InputMapping] | None = None,
        output_mappings: Sequence[OutputMapping] | None = None,
        config: ConfigMapping | None = None,
        tags: Mapping[str, object] | None = None,
    ) -> None:
        """Make a graph by hand; `@graph` reads most of this from a function.

        Args:
            name: The graph's name.
            description: For people.
            node_defs: The ops and graphs in it.
            dependencies: `{node: {its input: the output that it takes}}`.
            input_mappings: Its inputs, and the inputs of nodes that they give.
            output_mappings: Its outputs, and the outputs of nodes that they are.
            config: Turns the graph's own config into that of its ops.
            tags: Tags of the jobs that are made of it.

        Raises:
            InvalidDefinitionError: A node, an input or an output is named that does not exist, or nodes depend on one
                another in a cycle.

        Example:
            >>> from dagwire import DependencyDefinition, GraphDefinition, op
            >>> @op
            ... def one():
            ...     return 1
            >>> @op
            ... def double(number):
            ...     return number * 2
            >>> doubled = GraphDefinition(
            ...     "doubled", node_defs=[one, double], dependencies={"double": {"number": DependencyDefinition("one")}}
            ... )
            >>> doubled.execute_in_process().output_for_node("double")
            2
        """
        check_name("graph", name)
        ins, outs = input_mappings or (), output_mappings or ()
        composed = composed_by_hand(f"graph '{name}'", node_defs or (), dependencies or {}, ins, outs, config)
        self._assemble(
            name,
            dict.fromkeys(given.graph_input_name for given in ins),
            composed,
            description=description,
            tags=tags,
            descriptions={
                **{given.graph_input_name: given.graph_input_description for given in ins},
                **{made.graph_output_name: made.graph_output_description for made in outs},
            },
        )

    @classmethod
    def of_body(
        cls,
        name: str,
        inputs: Iterable[str],
        composed: Composed,
        *,
        description: str | None = None,
        tags: Mapping[str, object] | None = None,
        descriptions: Mapping[str, str | None] | None = None,
    ) -> Self:
        """Make a graph of the result of its body; `descriptions` are those of its inputs and outputs, by name."""
        made = cls.__new__(cls)
        made._assemble(name, inputs, composed, description=description, tags=tags, descriptions=descriptions)
        return made

    def _assemble(
        self,
        name: str,
        inputs: Iterable[str],
        composed: Composed,
        *,
        description: str | None,
        tags: Mapping[str, object] | None,
        descriptions: Mapping[str, str | None] | None,
    ) -> None:
        self.name = name
        self.inputs: tuple[str, ...] = tuple(inputs)
        self.composed = composed
        self.description = description
        self.tags: dict[str, str] = json_tags(tags)
        self._descriptions = dict(descriptions or {})
        self._alias: str | None = None
        self.added_hooks: frozenset[HookDefinition] = frozenset()
        """The hooks that this use of the graph adds to those of its ops, which have them already."""
        self.added_retry_policy: RetryPolicy | None = None
        """The policy that this use of the graph gives to its ops, which have it already."""

    # -- facts ---------------------------------------------------------------------------------------------------------

    @property
    def input_dict(self) -> dict[str, InputDefinition]:
        """`{input: its definition}`; an input has the type that all its ops agree on."""
        return graph_inputs(self.composed, self.inputs, self._descriptions)

    @property
    def input_defs(self) -> list[InputDefinition]:
        """The inputs, with their names."""
        return list(self.input_dict.values())

    @property
    def output_dict(self) -> dict[str, OutputDefinition]:
        """`{output: its definition}`."""
        return graph_outputs(self.composed, self._descriptions)

    @property
    def output_defs(self) -> list[OutputDefinition]:
        """The outputs, with their names."""
        return list(self.output_dict.values())

    @property
    def node_dict(self) -> dict[str, GraphNode]:
        """`{name: op or graph in its place}`."""
        return {name: GraphNode(name, definition) for name, definition in self.composed.nodes.items()}

    @property
    def nodes(self) -> list[GraphNode]:
        """The ops and graphs in it, in their places."""
        return list(self.node_dict.values())

    @property
    def node_defs(self) -> list[Any]:
        """The definitions of the ops and graphs in it, each once."""
        return list({definition.name: definition for definition in self.composed.nodes.values()}.values())

    @property
    def config_mapping(self) -> ConfigMapping | None:
        """The mapping of its own config to its ops; None if it has no config of its own."""
        return self.composed.mappings_by_graph.get("")

    def has_node_named(self, name: str) -> bool:
        """Whether there is such an op or graph in it."""
        return name in self.composed.nodes

    def node_named(self, name: str) -> GraphNode:
        """The op or graph of that name.

        Raises:
            UnknownNameError: There is none.
        """
        if name not in self.composed.nodes:
            raise UnknownNameError(f"node of graph '{self.name}'", name, self.composed.nodes)
        return self.node_dict[name]

    def has_input(self, name: str) -> bool:
        """Whether there is such an input."""
        return name in self.inputs

    def has_output(self, name: str) -> bool:
        """Whether there is such an output."""
        return name in self.composed.outputs

    # -- copies --------------------------------------------------------------------------------------------------------

    def alias(self, name: str) -> Self:
        """This graph under another name, to be called in a job's body."""
        check_name("graph", name)
        return self._changed(_alias=name)

    def tag(self, tags: Mapping[str, object] | None) -> Self:
        """This graph with more tags, to be called in a job's body."""
        return self._changed(tags={**self.tags, **json_tags(tags)})

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
        mappings = {**self.composed.mappings_by_graph, "": replace(mapping, config_schema=schema)}
        composed = self.composed._replace(mappings_by_graph=mappings)
        return self._changed(name=name, composed=composed, description=description or self.description)

    def with_hooks(self, hook_defs: Iterable[HookDefinition]) -> Self:
        """This graph with hooks of every op in it, to be called in a job's body."""
        hooks = frozenset(hook_defs)
        changed = self._with_ops(lambda definition: definition.with_hooks(hooks))
        changed.added_hooks = self.added_hooks | hooks
        return changed

    def with_retry_policy(self, retry_policy: RetryPolicy) -> Self:
        """This graph with a policy for each op in it that has none, to be called in a job's body."""
        changed = self._with_ops(lambda op: op if op.retry_policy is not None else op.with_retry_policy(retry_policy))
        changed.added_retry_policy = retry_policy
        return changed

    def _with_ops(self, change: Callable[[OpDefinition], OpDefinition]) -> Self:
        placed = {
            name: replace(place, definition=change(place.definition)) for name, place in self.composed.placed.items()
        }
        return self._changed(composed=self.composed._replace(placed=placed))

    def _changed(self, **attributes: object) -> Self:
        changed = copy.copy(self)
        vars(changed).update(attributes)
        return changed

    # -- use -----------------------------------------------------------------------------------------------------------

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

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Take places in the job or graph whose body is running.

        Raises:
            InvalidInvocationError: No job or graph is being defined.
        """
        composition = composing()
        if composition is None:
            raise InvalidInvocationError(f"graph '{self.name}'", "is called in the body of a job or graph only.")
        return composition.place_graph(self, self._alias, args, kwargs)

    def to_job(  # Dagster's signature
        self,
        name: str | None = None,
        description: str | None = None,
        resource_defs: object = None,
        config: object = None,
        tags: Mapping[str, object] | None = None,
        metadata: Mapping[str, object] | None = None,
        logger_defs: Mapping[str, LoggerDefinition] | None = None,
        executor_def: object = None,
        hooks: Iterable[HookDefinition] | None = None,
        op_retry_policy: RetryPolicy | None = None,
        op_selection: Sequence[str] | None = None,
        partitions_def: PartitionsDefinition | None = None,
        input_values: Mapping[str, object] | None = None,
        run_tags: Mapping[str, object] | None = None,
        owners: Sequence[str] | None = None,
    ) -> JobDefinition:
        """A job of these ops.

        Args:
            name: The graph's name by default.
            description: The graph's by default.
            resource_defs: The job's own resources, a dict or a container, stronger than those of `Definitions`.
            config: Run config that every run starts from; or a `ConfigMapping` of the run's own config.
            tags: Tags of the job, merged over the graph's.
            metadata: Facts about the job.
            executor_def: Spreads on Dagster the steps over processes; recorded here.
            hooks: Hooks of every step.
            op_retry_policy: How often a step that has no policy of its own is tried again.
            op_selection: The steps of the job; all by default.
            partitions_def: The parts it is run in.
            input_values: `{input: value}` of the graph's inputs; a run's own come first.
            run_tags: Tags of every run; the job's tags by default.
            owners: Email addresses, or `team:name`.

        Raises:
            InvalidDefinitionError: An input is not connected, and no run could give it a value; or something else
                cannot be used.
        """
        own = name or self.name
        check_name("job", own)
        label = f"job '{own}'"
        job = job_of(
            own,
            self.composed,
            graph=self,
            input_values=_known_inputs(label, self.inputs, input_values or {}),
            description=description or self.description,
            bindings=bindings_from(resource_defs),
            config=config,
            tags={**self.tags, **json_tags(tags)},
            explicit_run_tags=None if run_tags is None else {**self.tags, **json_tags(run_tags)},
            metadata=metadata,
            owners=owners,
            logger_defs=logger_defs,
            executor_def=executor_def,
            hooks=hooks,
            op_retry_policy=op_retry_policy,
            partitions_def=partitions_def,
        )
        return job.subset(op_selection)

    def execute_in_process(
        self,
        run_config: object = None,
        instance: DagsterInstance | None = None,
        resources: object = None,
        raise_on_error: bool = True,  # Dagster's signature
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


def _known_inputs(owner: str, inputs: Sequence[str], values: Mapping[str, object]) -> dict[str, object]:
    for name in values:
        if name not in inputs:
            raise UnknownNameError(f"input of {owner}", name, inputs)
    return dict(values)
