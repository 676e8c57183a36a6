"""`@job` and `define_asset_job`: what runs together, under one name."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, overload

from dependency_injector import containers

from dagwire.containers.keys import Container, Requirement
from dagwire.definitions.asset import AssetsDefinition
from dagwire.definitions.asset_check import AssetCheckDefinition
from dagwire.definitions.asset_graph import asset_nodes, missing_inputs
from dagwire.definitions.bindings import Bindings, bindings_from
from dagwire.definitions.composition import Placed, compose
from dagwire.definitions.node import Node, in_running_order
from dagwire.definitions.partitions import PartitionsDefinition
from dagwire.definitions.running import RunOptions, run_job
from dagwire.definitions.selection import selected_assets
from dagwire.errors import DagwireError, InvalidDefinitionError

if TYPE_CHECKING:
    from dagwire.execution.result import ExecuteInProcessResult


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class JobDefinition:
    """Steps that run together, and where their resources come from."""

    name: str
    nodes: tuple[Node, ...]
    """In the order they run."""
    container: Container = field(default_factory=containers.DynamicContainer)
    bindings: Bindings = field(default_factory=dict[str, Any])
    """The job's own resources, stronger than the container's."""
    config: Any = None
    """Run config that every run starts from."""
    partitions_def: PartitionsDefinition | None = None
    description: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """Every key that a step asks for, and which step."""
        return tuple(requirement for node in self.nodes for requirement in node.definition.body.requirements)

    def faults(self) -> list[DagwireError]:
        """What is wrong with the steps themselves, apart from resources."""
        return missing_inputs(self.nodes)

    def execute_in_process(
        self,
        run_config: Any = None,
        *,
        partition_key: str | None = None,
        raise_on_error: bool = True,
        run_id: str | None = None,
        tags: Mapping[str, str] | None = None,
        resources: Mapping[str, object] | None = None,
    ) -> "ExecuteInProcessResult":
        """Run all steps here and now.

        Args:
            run_config: A `RunConfig` or a dict, merged over the job's own.
            partition_key: The partition to make, of a job that has partitions.
            raise_on_error: Whether a failing step's own exception is raised; a result tells of it otherwise.
            run_id: The run's id; made up by default.
            tags: The run's tags, merged over the job's own.
            resources: `{key: resource}`, stronger than everything else that provides them.

        Raises:
            InvalidDefinitionError: Something needed is missing or declared wrongly. Nothing was opened.
            InvalidConfigError: Config does not fit. Nothing was opened.
            ResourceSetupError: A resource could not be opened. Those before it were closed.
        """
        options = RunOptions(run_config, partition_key, tags or {}, resources or {}, raise_on_error, run_id)
        return run_job(self, options)


@overload
def job(compose_fn: Callable[[], Any]) -> JobDefinition: ...
@overload
def job(
    *,
    name: str | None = None,
    description: str | None = None,
    resource_defs: Mapping[str, object] | None = None,
    config: Any = None,
    tags: Mapping[str, str] | None = None,
    partitions_def: PartitionsDefinition | None = None,
) -> Callable[[Callable[[], Any]], JobDefinition]: ...
def job(
    compose_fn: Callable[[], Any] | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    resource_defs: Mapping[str, object] | None = None,
    config: Any = None,
    tags: Mapping[str, str] | None = None,
    partitions_def: PartitionsDefinition | None = None,
) -> JobDefinition | Callable[[Callable[[], Any]], JobDefinition]:
    """Make a job of a function that calls ops; calling them connects them, nothing runs.

    Args:
        compose_fn: The function, where the decorator is used without arguments.
        name: The function's name by default.
        description: For people; the docstring by default.
        resource_defs: The job's own resources, stronger than those of `Definitions`.
        config: Run config that every run starts from.
        tags: Tags of every run.
        partitions_def: The parts it is run in.

    Raises:
        InvalidDefinitionError: An input is given that does not exist, or none that is needed.

    Example:
        >>> from dagwire import job, op
        >>> @op
        ... def one():
        ...     return 1
        >>> @op
        ... def double(number):
        ...     return number * 2
        >>> @job
        ... def doubled():
        ...     double(one())
        >>> doubled.execute_in_process().output_for_node("double")
        2
    """

    def decorate(function: Callable[[], Any]) -> JobDefinition:
        own = name or function.__name__
        with compose(f"job '{own}'") as composition:
            if function() is not None:
                msg = f"job '{own}' returns a value; the body of a job only connects ops."
                raise InvalidDefinitionError(msg)
        return JobDefinition(
            name=own,
            nodes=tuple(in_running_order(_node(own, placed) for placed in composition.placed.values())),
            bindings=bindings_from(resource_defs),
            config=config,
            partitions_def=partitions_def,
            description=description or inspect.getdoc(function),
            tags=dict(tags or {}),
        )

    return decorate if compose_fn is None else decorate(compose_fn)


def _node(job_name: str, placed: Placed) -> Node:
    unconnected = [
        name
        for name, declared in placed.definition.ins.items()
        if name not in placed.inputs
        and name not in placed.constants
        and not declared.is_nothing
        and declared.default_value is inspect.Parameter.empty
    ]
    if unconnected:
        msg = f"job '{job_name}': op '{placed.name}' is not given its inputs {', '.join(unconnected)}."
        raise InvalidDefinitionError(msg)
    taken = {name: handle for name, handle in placed.inputs.items() if not placed.definition.ins[name].is_nothing}
    after = tuple(dict.fromkeys(handle.node for handle in placed.inputs.values()))
    return Node(placed.name, placed.definition, taken, after, placed.constants)


@dataclass(frozen=True)
class UnresolvedAssetJobDefinition:
    """A job of assets, named by a selection; `Definitions` says which assets that means."""

    name: str
    selection: Any = None
    config: Any = None
    description: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    partitions_def: PartitionsDefinition | None = None

    def resolve(
        self, assets: Sequence[AssetsDefinition], checks: Sequence[AssetCheckDefinition], container: Container
    ) -> JobDefinition:
        """The job, among `assets`.

        Raises:
            UnknownNameError: The selection names no asset.
        """
        chosen = selected_assets(assets, self.selection)
        return JobDefinition(
            name=self.name,
            nodes=tuple(in_running_order(asset_nodes(chosen, checks))),
            container=container,
            config=self.config,
            partitions_def=self.partitions_def or common_partitions(f"job '{self.name}'", chosen),
            description=self.description,
            tags=self.tags,
        )


def common_partitions(owner: str, assets: Iterable[AssetsDefinition]) -> PartitionsDefinition | None:
    """The partitions that the partitioned ones among `assets` share.

    Raises:
        InvalidDefinitionError: They do not share theirs.
    """
    found: list[PartitionsDefinition] = []
    for definition in assets:
        if definition.partitions_def is not None and definition.partitions_def not in found:
            found.append(definition.partitions_def)
    if len(found) > 1:
        msg = f"{owner} selects assets of different partitions: {'; '.join(map(str, found))}."
        raise InvalidDefinitionError(msg)
    return found[0] if found else None


def define_asset_job(
    name: str,
    selection: Any = None,
    config: Any = None,
    description: str | None = None,
    tags: Mapping[str, str] | None = None,
    partitions_def: PartitionsDefinition | None = None,
) -> UnresolvedAssetJobDefinition:
    """A job that makes the selected assets, and runs their checks.

    Args:
        name: The job's name.
        selection: Which assets; all by default. See `dagwire.definitions.selection`.
        config: Run config that every run starts from.
        description: For people.
        tags: Tags of every run.
        partitions_def: The parts it is run in; those of its assets by default.
    """
    return UnresolvedAssetJobDefinition(name, selection, config, description, dict(tags or {}), partitions_def)
