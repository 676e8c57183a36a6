"""`CarriedSteps`: ops, graphs and hooks as Dagster's, each made once."""

from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, Signature
from typing import Any

import dagster as dg

from dagwire.config.files.run_config import RunConfig
from dagwire.containers.provider_types import AnyProvider
from dagwire.definitions.assets.source_asset import SourceAsset
from dagwire.definitions.jobs.graph import GraphDefinition
from dagwire.definitions.ops.asset_as_op import asset_as_op
from dagwire.definitions.ops.composition import Composed, Composition, PlacedGraph, compose
from dagwire.definitions.ops.config_mapping import ConfigMapping
from dagwire.definitions.ops.op import OpDefinition
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.steps.bound_resources import rebound
from dagwire.definitions.steps.hook import HookDefinition
from dagwire.errors import NotCarriedError
from dagwire.integrations.dagster.carried_container import CarriedContainer
from dagwire.integrations.dagster.config_types import dagster_schema
from dagwire.integrations.dagster.external_assets import external_asset
from dagwire.integrations.dagster.hooks import dagster_hook
from dagwire.integrations.dagster.namesakes import namesake
from dagwire.integrations.dagster.resource_names import dagster_name
from dagwire.integrations.dagster.step_function import StepDefinitionKind, StepFunction
from dagwire.integrations.dagster.value_types import dagster_type


class CarriedSteps:
    """The ops, graphs and hooks of definitions as Dagster's: one object for each, since Dagster compares them.

    Lives as long as the definitions are made.
    """

    def __init__(self, container: CarriedContainer) -> None:
        """`container` holds the resources that they ask for."""
        self._container = container
        self._ops: dict[tuple[str, int], dg.OpDefinition] = {}
        self._graphs: dict[tuple[int, ...], dg.GraphDefinition] = {}
        self._hooks: dict[tuple[int, str], dg.HookDefinition] = {}

    def names(self, definition: Any) -> dict[str, str]:
        """`{key: Dagster's name}` of the resources that a definition asks for."""
        if definition.bindings:
            return self._container.bound(definition.name, definition.bindings, definition.required_keys)
        return {key: dagster_name(key) for key in definition.required_keys}

    def function(self, definition: StepDefinitionKind, partitions: PartitionsDefinition | None) -> StepFunction:
        """The body of a definition, as a function that Dagster executes."""
        return StepFunction(definition, self._container.scopes, self.names(definition), partitions)

    def hook(self, hook: HookDefinition, definition: object) -> dg.HookDefinition:
        """A hook of a definition; with the resources of that definition."""
        names = self.names(definition) if definition is not None else {}
        known = {key: names.get(key, dagster_name(key)) for key in hook.body.keys}
        identity = (id(hook), ",".join(known.values()))
        if identity not in self._hooks:
            self._hooks[identity] = dagster_hook(hook, known)
        return self._hooks[identity]

    def op(self, definition: OpDefinition, partitions: PartitionsDefinition | None = None) -> dg.OpDefinition:
        """An op, without the alias, tags and hooks of one place in a graph."""
        identity = (definition.name, id(definition.body))
        if identity not in self._ops:
            self._ops[identity] = self._made(definition, partitions)
        return self._ops[identity]

    def _made(self, definition: OpDefinition, partitions: PartitionsDefinition | None) -> dg.OpDefinition:
        step = self.function(definition, partitions)
        names = self.names(definition)
        return dg.OpDefinition(
            compute_fn=step.of_op(),
            name=definition.name,
            ins={one.name: _in(definition, one, names) for one in definition.input_defs},
            outs={name: _out(out, names) for name, out in definition.outs.items()},
            description=definition.description,
            config_schema=dagster_schema(definition.body.config_schema),
            required_resource_keys=step.required_names,
            code_version=definition.code_version,
            pool=definition.pool,
        )

    def graph(
        self, name: str, inputs: Sequence[str], composed: Composed, bindings: Mapping[str, AnyProvider] | None = None
    ) -> dg.GraphDefinition:
        """A graph: its own body once more, which places Dagster's ops this time.

        Args:
            name: The graph's name.
            inputs: The names of its inputs.
            composed: The result of its body.
            bindings: `{key: provider}` of the resources that its ops have instead of the container's.
        """
        # By its body: two uses of one graph are one of Dagster's, each with hooks of its own.
        identity = (id(composed.body), *sorted(map(id, (bindings or {}).values())))
        if identity not in self._graphs:
            self._graphs[identity] = self._composed(name, inputs, composed, bindings or {})
        return self._graphs[identity]

    def _composed(
        self, name: str, inputs: Sequence[str], composed: Composed, bindings: Mapping[str, AnyProvider]
    ) -> dg.GraphDefinition:
        def body(**handles: object) -> Any:
            with compose(_DagsterComposition(f"graph '{name}'", self, bindings)):
                returned = composed.body(**handles)
            return returned if composed.outputs else None

        typed: Any = body
        typed.__signature__ = Signature([Parameter(one, Parameter.POSITIONAL_OR_KEYWORD) for one in inputs])
        several = (
            {output: dg.GraphOut() for output in composed.outputs} if list(composed.outputs) != ["result"] else None
        )
        mapping = composed.mappings_by_graph.get("")
        config = None if mapping is None else dagster_mapping_of_config(mapping, f"graph '{name}'", is_nested=True)
        made: Any = dg.graph(name=name, out=several or None, config=config)(typed)
        return made  # type: ignore[no-any-return]


class _DagsterComposition(Composition):
    """Places Dagster's ops in Dagster's graph while the body of one of dagwire's runs."""

    def __init__(self, owner: str, steps: CarriedSteps, bindings: Mapping[str, AnyProvider]) -> None:
        super().__init__(owner, asset_as_op)
        self._steps = steps
        self._bindings = bindings

    def place(self, definition: Any, alias: str | None, args: Sequence[Any], kwargs: Mapping[str, Any]) -> object:
        """Call Dagster's op."""
        own = rebound(definition, {**self._bindings, **definition.bindings}) if self._bindings else definition
        invoked: Any = self._steps.op(own)
        if alias is not None:
            invoked = invoked.alias(alias)
        if definition.tags:
            invoked = invoked.tag(definition.tags)
        if definition.hooks:
            invoked = invoked.with_hooks({self._steps.hook(hook, definition) for hook in definition.hooks})
        if definition.retry_policy is not None:
            invoked = invoked.with_retry_policy(namesake(definition.retry_policy))
        return _called(invoked, [one.name for one in definition.input_defs], args, kwargs)

    def place_graph(
        self, graph: PlacedGraph, alias: str | None, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> object:
        """Call Dagster's graph."""
        made: Any = self._steps.graph(graph.name, graph.inputs, graph.composed, self._bindings)
        if alias is not None:
            made = made.alias(alias)
        if isinstance(graph, GraphDefinition):
            refuse_retry_policy(graph)
            if graph.added_hooks:
                made = made.with_hooks({self._steps.hook(hook, None) for hook in graph.added_hooks})
        return _called(made, graph.inputs, args, kwargs)


def refuse_retry_policy(graph: GraphDefinition) -> None:
    """Raise `NotCarriedError` for a use of a graph that gives its ops a retry policy: Dagster passes over that."""
    if graph.added_retry_policy is not None:
        problem = "cannot be carried: Dagster follows policies of ops alone. Give it to the ops, or to the job."
        raise NotCarriedError(f"graph '{graph.name}': its retry policy", problem)


def _called(
    invoked: Callable[..., object], inputs: Sequence[str], args: Sequence[object], kwargs: Mapping[str, object]
) -> object:
    """Call Dagster's op or graph by the names of its inputs: those of an op made by hand are sorted."""
    given = {**dict(zip(inputs, args, strict=False)), **kwargs}
    return invoked(**{name: _argument(value) for name, value in given.items()})


def _argument(value: object) -> object:
    return external_asset(value) if isinstance(value, SourceAsset | AssetSpec) else value


def dagster_mapping_of_config(mapping: ConfigMapping, owner: str, *, is_nested: bool = False) -> dg.ConfigMapping:
    """Return a mapping of config to ops as Dagster's; that of a graph within another gives the config of ops alone."""

    def config_fn(given: object) -> object:
        made = mapping.resolve(given, owner)
        if not isinstance(made, RunConfig):
            return dict(made)
        whole = made.to_config_dict()
        return whole["ops"] if is_nested else whole

    return dg.ConfigMapping(config_fn, dagster_schema(mapping.config_schema))


def _in(definition: OpDefinition, one: Any, names: Mapping[str, str]) -> dg.In:
    default: Any = {"default_value": one.default_value} if one.has_default_value else {}
    declared = definition.ins.get(one.name)
    key = definition.input_manager_keys.get(one.name)
    asset_key = declared.asset_key if declared is not None else None
    return dg.In(
        dagster_type(one.dagster_type),
        metadata=namesake(dict(one.metadata or {})),
        asset_key=None if asset_key is None or callable(asset_key) else namesake(asset_key),
        input_manager_key=None if key is None else names[key],
        **default,
    )


def _out(out: Any, names: Mapping[str, str]) -> dg.Out | dg.DynamicOut:
    kind = dg.DynamicOut if out.is_dynamic else dg.Out
    return kind(
        dagster_type(out.value_type),
        description=out.description,
        is_required=out.is_required,
        io_manager_key=None if out.io_manager_key is None else names[out.io_manager_key],
        metadata=namesake(dict(out.metadata or {})),
        code_version=out.code_version,
    )
