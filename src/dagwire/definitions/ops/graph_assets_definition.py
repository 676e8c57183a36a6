"""`GraphAssetDefinition`: assets that several ops make together, and their steps in a job."""

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Self

from dagwire.computed_once import computed_once
from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.assets.graph_traversal import Reach
from dagwire.definitions.ops.composed_body import composed_body
from dagwire.definitions.ops.composition import Composed, Composition
from dagwire.definitions.ops.config_mapping import ConfigMapping, as_config_mapping
from dagwire.definitions.ops.dynamic_mapping import with_mapping
from dagwire.definitions.ops.node import Node, op_node, with_job_policies
from dagwire.definitions.ops.op import OpDefinition
from dagwire.definitions.specs.asset_in_and_out import AssetIn
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.check_spec import AssetCheckSpec
from dagwire.definitions.steps.body import Body
from dagwire.definitions.steps.bound_resources import Bindings, rebound
from dagwire.definitions.steps.output_handles import DynamicHandle, OutputHandle, handles_of
from dagwire.definitions.steps.signature import RESULT
from dagwire.definitions.steps.stored_input import StoredInput
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError, InvariantViolationError


class GraphAssetDefinition(AssetsDefinition):
    """Assets that several ops make together; made by `@graph_asset` or `@graph_multi_asset`.

    In a job its ops are steps, and one more step for each asset takes the output of its last op as the asset's value.
    """

    def __init__(
        self,
        name: str,
        owner: str,
        specs_by_output: Mapping[str, AssetSpec],
        composed: Composed,
        ins: Mapping[str, AssetIn],
        **asset: Any,
    ) -> None:
        """`owner` is how messages name it, `composed` the result of its body; `asset` is for `AssetsDefinition`."""
        self._assemble(name, Body(_value, owner), specs_by_output, ins=ins, **asset)
        self.composed = composed
        handles = ((output, composed.outputs[output]) for output in specs_by_output)
        named = {output: composed.placed[h.node].definition.io_manager_keys.get(h.output) for output, h in handles}
        inherited = {output: key for output, key in named.items() if key}
        self.io_manager_keys: dict[str, str] = {**inherited, **self.io_manager_keys}

    @computed_once
    def op(self) -> OpDefinition:
        """Raise: its step is not one op.

        Raises:
            InvariantViolationError: Always.
        """
        raise InvariantViolationError(f"{self.label} is made by several ops, and has no `op`. Read its `nodes`.")

    @property
    def node_def(self) -> Self:
        """The definition itself, which has the name of its graph."""
        return self

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the parameters of its body."""
        return tuple(self.input_keys)

    # -- its steps -----------------------------------------------------------------------------------------------------

    def step_of(self, output: str) -> str:
        """The name of the step that takes the value of an asset; of the one asset, the definition's own."""
        if len(self.specs_by_output) == 1:
            return self.name
        step = f"{self.name}.{output}"
        return f"{step}_asset" if output in self.composed.placed else step

    def handle_of(self, output: str) -> OutputHandle:
        """The handle of the value of an asset."""
        return OutputHandle(self.step_of(output), RESULT)

    @property
    def outputs_by_graph(self) -> dict[str, Mapping[str, OutputHandle]]:
        """`{graph: {its output: the op's output}}` of itself, and of the graphs in it."""
        inner: dict[str, Mapping[str, OutputHandle]] = {
            f"{self.name}.{graph}": {output: self._outside(handle) for output, handle in outputs.items()}
            for graph, outputs in self.composed.outputs_by_graph.items()
        }
        own = {output: self.handle_of(output) for output in self.specs_by_output}
        return inner if len(own) == 1 else {**inner, self.name: own}

    @property
    def mappings_by_graph(self) -> dict[str, ConfigMapping]:
        """`{graph: the mapping of its config to its ops}`."""
        mappings = self.composed.mappings_by_graph.items()
        return {f"{self.name}.{graph}" if graph else self.name: mapping for graph, mapping in mappings}

    def nodes(
        self,
        inputs: Mapping[str, OutputHandle],
        loads: Mapping[str, StoredInput],
        after: Sequence[str],
        wanted: Collection[str] | None,
    ) -> list[Node]:
        """The steps of its ops, of its assets and of its checks.

        Args:
            inputs: The assets whose values its ops take.
            loads: The upstream assets that do not run here.
            after: The steps that come before its assets'.
            wanted: The outputs that the run wants; None for all.

        Raises:
            InvalidDefinitionError: An op is given nothing for an input without default.
        """
        outputs = [output for output in self.specs_by_output if wanted is None or output in wanted]
        takers = [self._taker(output, after) for output in outputs]
        keys = {self.specs_by_output[output].key for output in outputs}
        checks = [self._checking(spec) for spec in self.check_specs if spec.asset_key in keys]
        inner = self._op_nodes(inputs, loads)
        taken = {self._outside(self.composed.outputs[output]) for output in outputs}
        for node in inner:
            node.part_of = self
            node.unstored = frozenset(handle.output for handle in taken if handle.node == node.name)
        if wanted is not None:
            inner = self._needed(inner, [*takers, *checks])
            _mark_subset(inner, [*takers, *checks], frozenset(wanted))
        return [*inner, *takers, *checks]

    def _op_nodes(self, inputs: Mapping[str, OutputHandle], loads: Mapping[str, StoredInput]) -> list[Node]:
        composition = Composition(self.label)
        composition.place_graph(self, None, (), {**inputs, **loads})
        for placed in composition.placed.values():
            placed.definition = rebound(placed.definition, {**self.bindings, **placed.definition.bindings})
        nodes = with_mapping(self.label, [op_node(self.label, placed) for placed in composition.placed.values()])
        self._check_given(nodes)
        return list(with_job_policies(nodes, self.hooks, None))

    def _check_given(self, nodes: Iterable[Node]) -> None:
        """Refuse to run without the value of an asset that an op takes."""
        own = {f"{self.name}.{parameter}": key.to_user_string() for parameter, key in self.input_keys.items()}
        lacking = [opened.path for node in nodes for opened in node.open_inputs if not opened.has_default]
        missing = [own[path] for path in lacking if path in own]
        if missing:
            msg = f"{self.label} takes the value of asset '{missing[0]}', which is not run here. Run it too."
            raise InvalidDefinitionError(msg)

    @staticmethod
    def _needed(inner: list[Node], takers: Iterable[Node]) -> list[Node]:
        """The ops that the wanted assets need."""
        reach = Reach({node.name: node.after for node in (*inner, *takers)})
        needed = reach.upstream_of({taker.name for taker in takers})
        return [node for node in inner if node.name in needed]

    def _taker(self, output: str, after: Sequence[str]) -> Node:
        part = GraphAssetPart(self, output)
        handle = self._outside(self.composed.outputs[output])
        return Node(part.name, part, {RESULT: handle}, (*after, handle.node))

    def _checking(self, spec: AssetCheckSpec) -> Node:
        output = spec.step_name
        handle = self._outside(self.composed.outputs[output])
        check = AssetChecksDefinition(
            f"{self.name}.{output}_check", Body(_value, f"check '{spec.name}' of {self.label}"), [spec]
        )
        return Node(check.name, check, {RESULT: handle}, (handle.node, self.step_of(self.output_of(spec.asset_key))))

    def _outside(self, handle: OutputHandle) -> OutputHandle:
        return OutputHandle(f"{self.name}.{handle.node}", handle.output)

    @property
    def blocking_checks(self) -> list[tuple[AssetCheckSpec, str]]:
        """Its checks that downstream assets wait for, and their steps."""
        return [(spec, f"{self.name}.{spec.step_name}_check") for spec in self.check_specs if spec.blocking]

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Refuse: call its ops instead.

        Raises:
            InvalidInvocationError: Always.
        """
        raise InvalidInvocationError(self.label, "is made by several ops; call these, or `materialize` it.")


def _mark_subset(ops: Sequence[Node], takers: Sequence[Node], wanted: frozenset[str]) -> None:
    """Note for each op which of the assets are wanted, and which of its outputs they need."""
    sources = [source for node in (*ops, *takers) for source in (*node.inputs.values(), *node.waits_for)]
    needed = {handle for source in sources for handle in handles_of(source)}
    for node in ops:
        node.outputs = wanted
        node.needed_outputs = frozenset(handle.output for handle in needed if handle.node == node.name)


class GraphAssetPart(AssetsDefinition):
    """An asset of several that a graph makes: the step that takes its value."""

    def __init__(self, whole: GraphAssetDefinition, output: str) -> None:
        """`output` names its asset among those of `whole`."""
        spec = whole.specs_by_output[output]
        named = whole.io_manager_keys.get(output)
        self._assemble(
            whole.step_of(output),
            Body(_value, f"asset '{spec.key.to_user_string()}'"),
            {RESULT: spec},
            ins={},
            types_by_output={RESULT: whole.output_type(output)},
            partitions_def=whole.partitions_def,
            backfill_policy=whole.backfill_policy,
            io_manager_keys={RESULT: named} if named else None,
        )
        self.bindings: Bindings = whole.bindings
        self._whole = whole


class GraphAssetCheck(AssetChecksDefinition):
    """A check that an op of a graph of assets makes: the step that takes its result."""


def graph_ins(owner: str, function: Callable[..., object], ins: Mapping[str, AssetIn] | None) -> dict[str, AssetIn]:
    """Return `{parameter: AssetIn}` for all parameters of a graph's body, which are assets.

    Raises:
        InvalidDefinitionError: `ins` names a parameter that does not exist.
    """
    parameters = _parameters(function, ins or ())
    unknown = [name for name in ins or () if name not in parameters]
    if unknown:
        msg = f"{owner}: `ins` names {', '.join(unknown)}, and the function has no such parameter."
        raise InvalidDefinitionError(msg)
    return {name: (ins or {}).get(name, AssetIn()) for name in parameters}


def _parameters(function: Callable[..., object], ins: Iterable[str]) -> tuple[str, ...]:
    """The names of the inputs of a graph's body; one with a `**` parameter takes all that `ins` names."""
    declared = inspect.signature(function).parameters.values()
    named = [parameter.name for parameter in declared if parameter.kind is not inspect.Parameter.VAR_KEYWORD]
    return tuple(dict.fromkeys((*named, *(ins if len(named) < len(declared) else ()))))


def composed_assets(
    owner: str,
    function: Callable[..., object],
    inputs: Iterable[str],
    outputs: Sequence[str],
    check_specs: Iterable[AssetCheckSpec] | None,
    config: ConfigMapping | Mapping[str, object] | None,
) -> Composed:
    """The body of a graph of assets, run once.

    Raises:
        InvalidDefinitionError: It does not return the output of an op for each asset and check, or a dynamic one.
    """
    names = [*outputs, *(spec.step_name for spec in check_specs or ())]
    composed = composed_body(owner, function, tuple(inputs), names, as_config_mapping(config))
    dynamic = [name for name, handle in composed.outputs.items() if isinstance(handle, DynamicHandle)]
    if dynamic:
        msg = (
            f"{owner} returns a dynamic output as '{dynamic[0]}', and an asset is one value. Collect it in an op first."
        )
        raise InvalidDefinitionError(msg)
    return composed


def _value(result: object) -> object:
    """The body of the last step: the last op's value is the asset's."""
    return result
