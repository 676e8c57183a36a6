"""`CarriedSteps`: ops, graphs and hooks as Dagster's, each made once."""

from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, Signature
from typing import Any

import dagster as dg

from dagwire.config.files.run_config import RunConfig
from dagwire.definitions.assets.source_asset import SourceAsset
from dagwire.definitions.ops.asset_as_op import asset_as_op
from dagwire.definitions.ops.composition import Composed, Composition, PlacedGraph, compose
from dagwire.definitions.ops.config_mapping import ConfigMapping
from dagwire.definitions.ops.op import OpDefinition
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.steps.hook import HookDefinition
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
        self._graphs: dict[int, dg.GraphDefinition] = {}
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

    def graph(self, name: str, inputs: Sequence[str], composed: Composed) -> dg.GraphDefinition:
        """A graph: its own body once more, which places Dagster's ops this time."""
        if id(composed) not in self._graphs:
            self._graphs[id(composed)] = self._composed(name, inputs, composed)
        return self._graphs[id(composed)]

    def _composed(self, name: str, inputs: Sequence[str], composed: Composed) -> dg.GraphDefinition:
        def body(**handles: object) -> Any:
            with compose(_DagsterComposition(f"graph '{name}'", self)):
                returned = composed.body(**handles)
            return returned if composed.outputs else None

        typed: Any = body
        typed.__signature__ = Signature([Parameter(one, Parameter.POSITIONAL_OR_KEYWORD) for one in inputs])
        several = (
            {output: dg.GraphOut() for output in composed.outputs} if list(composed.outputs) != ["result"] else None
        )
        mapping = composed.mappings_by_graph.get("")
        config = None if mapping is None else dagster_mapping_of_config(mapping, f"graph '{name}'")
        made: Any = dg.graph(name=name, out=several or None, config=config)(typed)
        return made  # type: ignore[no-any-return]


class _DagsterComposition(Composition):
    """Places Dagster's ops in Dagster's graph while the body of one of dagwire's runs."""

    def __init__(self, owner: str, steps: CarriedSteps) -> None:
        super().__init__(owner, asset_as_op)
        self._steps = steps

    def place(self, definition: Any, alias: str | None, args: Sequence[Any], kwargs: Mapping[str, Any]) -> object:
        """Call Dagster's op."""
        invoked: Any = self._steps.op(definition)
        if alias is not None:
            invoked = invoked.alias(alias)
        if definition.tags:
            invoked = invoked.tag(definition.tags)
        if definition.hooks:
            invoked = invoked.with_hooks({self._steps.hook(hook, definition) for hook in definition.hooks})
        if definition.retry_policy is not None:
            invoked = invoked.with_retry_policy(namesake(definition.retry_policy))
        return _called(invoked, args, kwargs)

    def place_graph(
        self, graph: PlacedGraph, alias: str | None, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> object:
        """Call Dagster's graph."""
        made: Any = self._steps.graph(graph.name, graph.inputs, graph.composed)
        return _called(made if alias is None else made.alias(alias), args, kwargs)


def _called(invoked: Callable[..., object], args: Sequence[object], kwargs: Mapping[str, object]) -> object:
    return invoked(*map(_argument, args), **{name: _argument(value) for name, value in kwargs.items()})


def _argument(value: object) -> object:
    return external_asset(value) if isinstance(value, SourceAsset | AssetSpec) else value


def dagster_mapping_of_config(mapping: ConfigMapping, owner: str) -> dg.ConfigMapping:
    """Return a mapping of config to ops as Dagster's."""

    def config_fn(given: object) -> object:
        made = mapping.resolve(given, owner)
        return made.to_config_dict() if isinstance(made, RunConfig) else dict(made)

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
