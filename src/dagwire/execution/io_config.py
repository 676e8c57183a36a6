"""The config of single outputs and inputs, which their IO managers read: validated before anything opens."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol

from dagwire.config.schema.config import Config
from dagwire.config.schema.config_schema import validated_config
from dagwire.definitions.ops.node import Node
from dagwire.errors import DagwireError, InvalidConfigError, MissingVariableError
from dagwire.suggestions import did_you_mean

Side = Literal["input", "output"]


class ConfigOfValue(NamedTuple):
    """The key of one entry: the config of an output or input of a step."""

    side: Side
    step: str
    name: str


class DeclaresIOConfig(Protocol):
    """Knows the config that an output or input may have."""

    def config_schema(self, node: Node, side: Side, name: str) -> object:
        """The schema that the IO manager declares; None if it takes no config."""
        ...


class IOConfig:
    """The config of single outputs and inputs, and its faults; lives as long as the run."""

    def __init__(self, nodes: Sequence[Node], outputs: Mapping[str, object], inputs: Mapping[str, object]) -> None:
        """Nothing is validated yet.

        Args:
            nodes: The steps of the run.
            outputs: The run config of outputs, `{step.output: config}`.
            inputs: The run config of inputs, `{step.input: config}`; values of open inputs among them.
        """
        self._nodes = nodes
        self._written = {"output": outputs, "input": inputs}
        self._config: dict[ConfigOfValue, Any] = {}

    def of(self, side: Side, step: str, name: str) -> Any:
        """The config of one output or input; None if its IO manager takes none."""
        return self._config.get(ConfigOfValue(side, step, name))

    def validate(self, declared: DeclaresIOConfig | None) -> list[DagwireError]:
        """Validate everything against the schemas that IO managers declare; return the faults.

        Args:
            declared: Knows the schemas; None if all values pass in memory.
        """
        faults: list[DagwireError] = []
        for node in self._nodes:
            for side, name in _configurable(node):
                schema = declared.config_schema(node, side, name) if declared is not None else None
                try:
                    self._read(node, side, name, schema)
                except (InvalidConfigError, MissingVariableError) as fault:
                    faults.append(fault)
        problems = list(self._unknown_outputs())
        return [*faults, InvalidConfigError("the run", problems)] if problems else faults

    def _read(self, node: Node, side: Side, name: str, schema: object) -> None:
        path = f"{node.name}.{name}"
        written = self._written[side].get(path)
        owner = f"{side} '{name}' of {node.definition.label}"
        if schema is not None:
            config = validated_config(schema, written, owner)
            self._config[ConfigOfValue(side, node.name, name)] = dict(config) if isinstance(config, Config) else config
        elif path in self._written[side]:
            raise InvalidConfigError(
                owner, [f"its IO manager declares no `{side}_config_schema`, so it takes no config"]
            )

    def _unknown_outputs(self) -> Iterator[str]:
        known = {
            f"{node.name}.{name}" for node in self._nodes for side, name in _configurable(node) if side == "output"
        }
        for path, config in self._written["output"].items():
            if path not in known and not self._repeats_an_op(path, config):
                hint = did_you_mean(path, known, ". ")
                yield f"outputs.{path}: no step stores such an output{hint}"

    def _repeats_an_op(self, path: str, config: object) -> bool:
        """Whether a graph's output has the very config of an op inside: Dagster wants it in both places."""
        graph = path.rpartition(".")[0]
        inside = (at for at in self._written["output"] if at.startswith(f"{graph}.") and at != path)
        return any(self._written["output"][at] == config for at in inside)


def _configurable(node: Node) -> Iterator[tuple[Side, str]]:
    """The outputs that are stored, and the inputs that name their loader."""
    for output in _stored(node):
        yield "output", output
    for name in node.definition.input_manager_keys:
        yield "input", name


def _stored(node: Node) -> Iterator[str]:
    return (output for output in node.definition.stored_outputs if output not in node.unstored)
