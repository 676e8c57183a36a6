"""Graphs made by hand: their nodes, and the dependencies between these, in place of a body that calls them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dagwire.definitions.ops.composed_body import composed_body
from dagwire.definitions.ops.composition import Composed
from dagwire.definitions.ops.config_mapping import ConfigMapping
from dagwire.definitions.specs.retries import RetryPolicy
from dagwire.definitions.specs.valid_attributes import json_tags
from dagwire.definitions.steps.hook import HookDefinition
from dagwire.definitions.steps.signature import RESULT
from dagwire.errors import DefinitionCycleError, InvalidDefinitionError


@dataclass(frozen=True, slots=True)
class DependencyDefinition:
    """The output of a node that an input takes; for graphs made by hand."""

    node: str
    output: str = "result"
    description: str | None = None

    def get_node_dependencies(self) -> list["DependencyDefinition"]:
        """It alone, in a list."""
        return [self]

    def is_fan_in(self) -> bool:
        """Whether it is a list of outputs; never."""
        return False


@dataclass(frozen=True, slots=True)
class MultiDependencyDefinition:
    """The outputs that an input takes as one list; for graphs made by hand."""

    dependencies: Sequence[DependencyDefinition]

    def get_node_dependencies(self) -> list[DependencyDefinition]:
        """Each output."""
        return list(self.dependencies)

    def is_fan_in(self) -> bool:
        """Whether it is a list of outputs; always."""
        return True


@dataclass(frozen=True, slots=True)
class NodeInvocation:
    """One use of a node in a graph made by hand, by another name or with tags, hooks and a retry policy of its own."""

    name: str
    alias: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)
    hook_defs: Iterable[HookDefinition] = frozenset()
    retry_policy: RetryPolicy | None = None

    def __post_init__(self) -> None:
        """Keep tags as text, and hooks as a set."""
        object.__setattr__(self, "tags", json_tags(self.tags))
        object.__setattr__(self, "hook_defs", frozenset(self.hook_defs or ()))

    @property
    def place(self) -> str:
        """The name that it has in the graph."""
        return self.alias or self.name

    def applied_to(self, definition: Any) -> Any:
        """Return the node's definition with the name, tags, hooks and policy of this use."""
        if self.alias is not None:
            definition = definition.alias(self.alias)
        if self.tags:
            definition = definition.tag(self.tags)
        if self.hook_defs:
            definition = definition.with_hooks(self.hook_defs)
        return definition if self.retry_policy is None else definition.with_retry_policy(self.retry_policy)


@dataclass(frozen=True, slots=True, kw_only=True)
class InputMapping:
    """The input of a node that an input of its graph gives; for graphs made by hand."""

    graph_input_name: str
    mapped_node_name: str
    mapped_node_input_name: str
    graph_input_description: str | None = None


@dataclass(frozen=True, slots=True)
class OutputMapping:
    """The output of a node that an output of its graph is; for graphs made by hand."""

    graph_output_name: str
    mapped_node_name: str
    mapped_node_output_name: str
    graph_output_description: str | None = None


Dependency = DependencyDefinition | MultiDependencyDefinition
Dependencies = Mapping[str, Mapping[str, Dependency]] | Mapping[NodeInvocation, Mapping[str, Dependency]]


class _Uses:
    """The nodes of a graph, each as it is used, and what each of their inputs takes."""

    def __init__(self, owner: str, node_defs: Iterable[Any], dependencies: Dependencies) -> None:
        self.owner = owner
        self._definitions: dict[str, Any] = {}
        for definition in node_defs:
            self._add(definition)
        self.uses: dict[str, NodeInvocation] = {}
        self.inputs: dict[str, dict[str, Any]] = {}
        for use, inputs in dependencies.items():
            self._use(use if isinstance(use, NodeInvocation) else NodeInvocation(use), inputs)
        used = {use.name for use in self.uses.values()}
        for name in self._definitions:
            if name not in used:
                self._use(NodeInvocation(name), {})

    def _add(self, definition: Any) -> None:
        if not hasattr(definition, "with_retry_policy"):
            kind = getattr(definition, "__name__", type(definition).__name__)
            raise InvalidDefinitionError(f"{self.owner}: `node_defs` has {kind}, which is not an op or a graph.")
        known = self._definitions.setdefault(definition.name, definition)
        if known is not definition:
            raise InvalidDefinitionError(f"{self.owner}: `node_defs` has two definitions named '{definition.name}'.")

    def _use(self, use: NodeInvocation, inputs: Mapping[str, Any]) -> None:
        self.check_node(use.name, self._definitions, "`dependencies`")
        self.uses[use.place] = use
        self.inputs[use.place] = dict(inputs)

    def check_node(self, name: str, nodes: Iterable[str], asked_by: str) -> None:
        """Raise unless there is such a node."""
        if name not in nodes:
            known = ", ".join(nodes) or "none"
            raise InvalidDefinitionError(
                f"{self.owner}: node '{name}', named by {asked_by}, not found. Nodes: {known}."
            )

    def definition_of(self, place: str) -> Any:
        """Return the definition of a node, as it is used."""
        use = self.uses[place]
        return use.applied_to(self._definitions[use.name])


class _Placing:
    """Calls the nodes of a graph, each after those that it depends on, as the body of a graph would."""

    def __init__(self, uses: _Uses, inputs: Mapping[str, object]) -> None:
        """`inputs` are the handles of the graph's own inputs."""
        self._uses = uses
        self._inputs = inputs
        self._handles: dict[str, dict[str, Any]] = {}
        self._dynamic: set[tuple[str, str]] = set()
        """The outputs that have several values, or are of nodes that run once for each of these."""

    def place(self, name: str, path: tuple[str, ...] = ()) -> None:
        """Call a node, after the nodes that it depends on.

        Raises:
            DefinitionCycleError: It depends on itself.
            InvalidDefinitionError: A dependency names no node, or no output of one.
        """
        if name in self._handles:
            return
        if name in path:
            raise DefinitionCycleError(path[path.index(name) :])
        taken = self._uses.inputs[name]
        sources = {
            argument: self._source(f"input '{argument}' of '{name}'", one, (*path, name))
            for argument, one in taken.items()
        }
        definition = self._uses.definition_of(name)
        mapped = [argument for argument, one in taken.items() if self._is_dynamic(one)]

        def call(each: object) -> Any:
            return definition(**{**sources, mapped[0]: each})

        returned = sources[mapped[0]].map(call) if mapped else definition(**sources)
        outputs: dict[str, Any] = definition.output_dict
        self._handles[name] = dict(zip(outputs, [returned] if len(outputs) == 1 else returned or (), strict=True))
        self._dynamic |= {(name, output) for output, made in outputs.items() if mapped or made.is_dynamic}

    def _is_dynamic(self, taken: Any) -> bool:
        return isinstance(taken, DependencyDefinition) and (taken.node, taken.output) in self._dynamic

    def _source(self, asked_by: str, taken: Any, path: tuple[str, ...]) -> Any:
        if isinstance(taken, InputMapping):
            return self._inputs[taken.graph_input_name]
        if isinstance(taken, MultiDependencyDefinition):
            return [self.output(asked_by, one.node, one.output, path) for one in taken.dependencies]
        if not isinstance(taken, DependencyDefinition):
            msg = f"{self._uses.owner}: {asked_by} takes a DependencyDefinition, not {type(taken).__name__}."
            raise InvalidDefinitionError(msg)
        return self.output(asked_by, taken.node, taken.output, path)

    def output(self, asked_by: str, node: str, output: str, path: tuple[str, ...] = ()) -> Any:
        """Return the handle of an output of a node, which is called first.

        Raises:
            InvalidDefinitionError: There is no such node, or it has no such output.
        """
        self._uses.check_node(node, self._uses.uses, asked_by)
        self.place(node, path)
        found = self._handles[node]
        if output not in found:
            known = ", ".join(found) or "none"
            msg = f"{asked_by} takes output '{output}' of node '{node}', which does not have it. It has: {known}."
            raise InvalidDefinitionError(f"{self._uses.owner}: {msg}")
        return found[output]


def composed_by_hand(
    owner: str,
    node_defs: Iterable[Any],
    dependencies: Dependencies,
    input_mappings: Sequence[InputMapping],
    output_mappings: Sequence[OutputMapping],
    mapping: ConfigMapping | None,
) -> Composed:
    """Connect the nodes of a graph that has no body.

    Args:
        owner: Its name in messages.
        node_defs: The ops and graphs in it.
        dependencies: `{node: {its input: the output that it takes}}`.
        input_mappings: The inputs that the graph's own inputs give.
        output_mappings: The outputs that the graph's own outputs are.
        mapping: The mapping of the graph's config to its ops.

    Raises:
        DefinitionCycleError: Nodes depend on one another in a cycle.
        InvalidDefinitionError: A node, an input or an output is named that does not exist.
    """
    uses = _Uses(owner, node_defs, dependencies)
    for given in input_mappings:
        uses.check_node(given.mapped_node_name, uses.uses, f"input '{given.graph_input_name}'")
        if given.mapped_node_input_name in uses.inputs[given.mapped_node_name]:
            target = f"input '{given.mapped_node_input_name}' of '{given.mapped_node_name}'"
            msg = f"{owner}: its input '{given.graph_input_name}' gives {target}, which takes a value already."
            raise InvalidDefinitionError(msg)
        uses.inputs[given.mapped_node_name][given.mapped_node_input_name] = given

    def body(**inputs: object) -> object:
        placing = _Placing(uses, inputs)
        for name in uses.uses:
            placing.place(name)
        outputs = {
            made.graph_output_name: placing.output(
                f"output '{made.graph_output_name}'", made.mapped_node_name, made.mapped_node_output_name
            )
            for made in output_mappings
        }
        return outputs[RESULT] if list(outputs) == [RESULT] else outputs

    ins = dict.fromkeys(given.graph_input_name for given in input_mappings)
    return composed_body(owner, body, list(ins), [made.graph_output_name for made in output_mappings], mapping)
