"""`JobSteps`: the steps of a job, with the facts about them that every run asks for, each found once. Pure."""

import inspect
from typing import Any

from dagwire.computed_once import computed_once
from dagwire.containers.keys import Requirement
from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.jobs.asset_graph import UnfilledInput, nodes_by_asset, unfilled_inputs
from dagwire.definitions.ops.node import Node, OpenInput
from dagwire.definitions.ops.plain_step import PlainStep, plain_step
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.steps.names_in_code import names_in_code


class JobSteps(tuple[Node, ...]):  # noqa: SLOT001  # its dict keeps what was found
    """The steps of a job in running order; a tuple, which lives as long as the job, or longer if jobs share it."""

    @computed_once
    def by_name(self) -> dict[str, Node]:
        """`{name: step}`."""
        return {node.name: node for node in self}

    @computed_once
    def by_asset(self) -> dict[AssetKey, Any]:
        """`{key: step}` of the assets that the steps make."""
        return nodes_by_asset(self)

    @computed_once
    def plain(self) -> tuple[PlainStep | None, ...]:
        """The facts of each step that is plain, at its place; None for each other step."""
        return tuple(map(plain_step, self))

    @computed_once
    def requirements(self) -> tuple[Requirement, ...]:
        """Every key that a step asks for, and which step."""
        return tuple(requirement for node in self for requirement in node.requirements)

    @computed_once
    def unfilled_inputs(self) -> tuple[UnfilledInput, ...]:
        """The inputs whose value comes neither from a step nor from an IO manager."""
        return tuple(unfilled_inputs(self))

    @computed_once
    def configurable(self) -> tuple[Node, ...]:
        """The steps that declare config."""
        return tuple(node for node in self if node.definition.body.config_schema is not None)

    @computed_once
    def take_config(self) -> bool:
        """Whether a run may have config or values for a step."""
        return bool(self.configurable or self.open_inputs)

    @computed_once
    def open_inputs(self) -> tuple[tuple[Node, OpenInput], ...]:
        """The inputs to which a run gives a value, each with its step."""
        return tuple((node, given) for node in self for given in node.open_inputs)

    @computed_once
    def managed_inputs(self) -> frozenset[str]:
        """The inputs that name the manager that loads them, as `step.parameter`."""
        return frozenset(f"{node.name}.{name}" for node in self for name in node.definition.input_manager_keys)

    @computed_once
    def with_own_scope(self) -> tuple[Node, ...]:
        """The steps with resources of their own, or with values to load, which may have some."""
        return tuple(node for node in self if node.definition.bindings or node.loads)

    @computed_once
    def names_io_managers(self) -> bool:
        """Whether a step names an IO manager, or needs one for a value that no step gives."""
        return any(node.names_io_managers for node in self)

    @computed_once
    def loads_by_default(self) -> bool:
        """Whether a step takes a value that the default IO manager loads."""
        return any(load.uses_default for node in self for load in node.loads.values())

    @computed_once
    def ask_the_instance(self) -> bool:
        """Whether a body may ask the instance what this very run has made: a check by its context, others by name."""
        return any(_asks(node) for node in self)


def _asks(node: Node) -> bool:
    body = node.definition.body
    if body.signature.context is None:
        return False
    names = names_in_code(inspect.unwrap(body.function))
    return isinstance(node.definition, AssetChecksDefinition) or names is None or "instance" in names
