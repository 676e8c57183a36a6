"""`Node`: one step of a job, whatever kind of definition it runs; and the order that nodes run in. Pure."""

import inspect
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from dagwire.containers.keys import Requirement
from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.ops.composition import Placed
from dagwire.definitions.ops.ins_and_outs import In
from dagwire.definitions.ops.op import OpDefinition
from dagwire.definitions.ops.topological_sorter import TopologicalSorter
from dagwire.definitions.specs.retries import RetryPolicy
from dagwire.definitions.steps.bound_resources import Bindings
from dagwire.definitions.steps.hook import HookDefinition
from dagwire.definitions.steps.output_handles import InputHandle, OutputHandle, Source, handles_of
from dagwire.definitions.steps.stored_input import StoredInput
from dagwire.definitions.value_types.class_types import ANY
from dagwire.definitions.value_types.dagster_type import DagsterType
from dagwire.errors import DefinitionCycleError, InvalidDefinitionError

NodeDefinition = AssetsDefinition | AssetChecksDefinition | OpDefinition


class OpenInput(NamedTuple):
    """An input without an upstream step: the run gives its value, by its config or by `input_values`."""

    parameter: str
    path: str
    """Its place in the run config: `step.parameter`, or the input of a graph or of the job that it is connected to."""
    dagster_type: DagsterType = ANY
    """The type of its value in run config; Any accepts anything."""
    default: object = inspect.Parameter.empty

    @property
    def has_default(self) -> bool:
        """Whether the run need not give it."""
        return self.default is not inspect.Parameter.empty


@dataclass(slots=True, eq=False)
class Node:
    """A step of a job; not to be changed (a frozen dataclass takes five times as long to make)."""

    name: str
    """The step's key, unique in its job."""
    definition: NodeDefinition
    inputs: Mapping[str, Source] = field(default_factory=dict[str, Source])
    """`{parameter: the output whose value it takes}`."""
    after: tuple[str, ...] = ()
    """The names of all steps that come before this one, whether it takes their values or not."""
    defaults: Mapping[str, object] = field(default_factory=dict[str, Any])
    """`{parameter: value}` of inputs that are not connected and need not be."""
    waits_for: tuple[Source, ...] = ()
    """Outputs without which it is skipped, though it does not take their values; one of a list is enough."""
    open_inputs: tuple[OpenInput, ...] = ()
    outputs: frozenset[str] | None = None
    """The outputs that the run wants; None for all."""
    hooks: frozenset[HookDefinition] = frozenset()
    """The job's hooks; the definition has its own."""
    job_retry_policy: RetryPolicy | None = None
    """The job's policy, for a definition that has none of its own."""
    mapped_over: OutputHandle | None = None
    """The dynamic output of which each value has a step of its own; this node is the pattern that they are cut from."""
    template: str | None = None
    """The name of that pattern, of one of these steps."""
    mapping_key: str | None = None
    """The mapping key of its value, if it is one of these steps."""
    loads: Mapping[str, StoredInput] = field(default_factory=dict[str, StoredInput])
    """`{parameter: what an IO manager loads for it}`: values that no step of the job gives."""
    unstored: frozenset[str] = frozenset()
    """The outputs that stay in memory, whatever IO managers there are: another step stores their values."""

    part_of: AssetsDefinition | None = None
    """The assets that it makes together with other steps; then `outputs` are theirs."""
    needed_outputs: frozenset[str] | None = None
    """Its own outputs that the wanted ones of these assets need; None for all."""

    @property
    def asset(self) -> AssetsDefinition | None:
        """The definition of the assets that it makes, alone or with others; None for checks, and ops of no asset."""
        return self.definition if isinstance(self.definition, AssetsDefinition) else self.part_of

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """Every key that the step, a hook or a value to be loaded asks for, and who asks."""
        own = self.own_requirements
        return (*own, *self.load_requirements) if self.loads else own

    @property
    def own_requirements(self) -> tuple[Requirement, ...]:
        """Its requirements, without the input managers of stored inputs."""
        own = (*self.definition.requirements, *self.loader_requirements)
        return (*own, *(r for hook in self.hooks for r in hook.body.requirements)) if self.hooks else own

    @property
    def loader_requirements(self) -> tuple[Requirement, ...]:
        """The requirements of the loaders that make values of config: those of inputs without an upstream step."""
        types = (given.dagster_type for given in self.open_inputs)
        return tuple(
            Requirement(key, f"type '{one.display_name}'") for one in types for key in one.loader_resource_keys
        )

    @property
    def load_requirements(self) -> tuple[Requirement, ...]:
        """The requirements of loading its values, unless the assets have bound them to themselves."""
        return tuple(
            load.requirement(self.definition.label, name)
            for name, load in self.loads.items()
            if load.manager_key not in (load.bindings or {})
        )

    @property
    def names_io_managers(self) -> bool:
        """Whether it or its definition names an IO manager."""
        return bool(self.loads or self.definition.io_manager_keys or self.definition.input_manager_keys)

    def without_io_managers(self) -> "Node":
        """This node of a definition that names no IO manager."""
        return replace(self, definition=self.definition.without_io_managers())

    @property
    def bindings(self) -> Bindings:
        """The definition's own resources."""
        return self.definition.bindings

    @property
    def retry_policy(self) -> RetryPolicy | None:
        """The retry policy: its definition's, or else its job's."""
        return self.definition.retry_policy or self.job_retry_policy


def op_node(owner: str, placed: Placed) -> Node:
    """The node of an op that took its place in a job or graph.

    Raises:
        InvalidDefinitionError: An input is given nothing, has no default, and is of a type that no config can give.
    """
    definition: OpDefinition = placed.definition
    connected = {name: source for name, source in placed.inputs.items() if not isinstance(source, InputHandle)}
    taken = {name: source for name, source in connected.items() if not definition.ins[name].is_nothing}
    unconnected = [
        name
        for name, declared in definition.ins.items()
        if name not in connected and name not in placed.loads and not declared.is_nothing
    ]
    loads = {name: StoredInput(key) for name in unconnected if (key := definition.input_manager_keys.get(name))}
    open_inputs = tuple(_open_input(owner, placed, name) for name in unconnected if name not in loads)
    return Node(
        placed.name,
        definition,
        taken,
        tuple(dict.fromkeys(handle.node for source in connected.values() for handle in handles_of(source))),
        {given.parameter: given.default for given in open_inputs if given.has_default},
        tuple(source for name, source in connected.items() if name not in taken),
        open_inputs,
        loads={**loads, **placed.loads},
    )


def _open_input(owner: str, placed: Placed, parameter: str) -> OpenInput:
    declared = placed.definition.ins[parameter]
    source = placed.inputs.get(parameter)
    path = source.name if isinstance(source, InputHandle) else f"{placed.name}.{parameter}"
    is_own = isinstance(source, InputHandle) and source.is_own
    if not (is_own or declared.has_default or declared.value_type.takes_config):
        kind = declared.value_type.display_name
        msg = (
            f"{owner}: op '{placed.name}' is not given its input '{parameter}', and no config can give it, "
            f"being {kind}. Connect it, or give it a default."
        )
        raise InvalidDefinitionError(msg)
    return OpenInput(parameter, path, declared.value_type, declared.default_value)


def open_input(node: Node, parameter: str) -> OpenInput:
    """The input of an op in a run that leaves out its upstream step."""
    declared = node.definition.ins[parameter] if isinstance(node.definition, OpDefinition) else In()
    return OpenInput(parameter, f"{node.name}.{parameter}", declared.value_type, declared.default_value)


def with_job_policies(
    nodes: Iterable[Node], hooks: frozenset[HookDefinition], retry_policy: RetryPolicy | None
) -> tuple[Node, ...]:
    """`nodes` under a job's hooks and retry policy."""
    if not hooks and retry_policy is None:
        return tuple(nodes)
    return tuple(
        replace(node, hooks=node.hooks | hooks, job_retry_policy=retry_policy or node.job_retry_policy)
        for node in nodes
    )


def in_running_order(nodes: Iterable[Node]) -> list[Node]:
    """`nodes`, each after its upstream nodes; in Dagster's order if that leaves a choice.

    Steps without parents come first, by name; each step that ends is followed by the steps that became ready, by name.

    Raises:
        DefinitionCycleError: Nodes come after one another in a cycle.
    """
    by_name = {node.name: node for node in nodes}
    sorter = TopologicalSorter({name: node.after for name, node in by_name.items()})
    ready = deque(sorter.ready())
    order: list[Node] = []
    while ready:
        name = ready.popleft()
        order.append(by_name[name])
        ready.extend(sorter.done(name))
    if len(order) < len(by_name):
        raise DefinitionCycleError(_cycle({name: by_name[name] for name in sorter.blocked()}))
    return order


def _cycle(stuck: Mapping[str, Node]) -> Sequence[str]:
    """A cycle among nodes that wait for one another: follow parents until a name comes again."""
    path = [next(iter(stuck))]
    while True:
        parent = next(name for name in stuck[path[-1]].after if name in stuck)
        if parent in path:
            return path[path.index(parent) :][::-1]
        path.append(parent)
