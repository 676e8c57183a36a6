"""`@job`: a job from a function whose body connects ops."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, overload

from dagwire.definitions.jobs.graph import GraphDefinition
from dagwire.definitions.jobs.graph_decorator import composed_inputs
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.ops.composed_body import composed_body
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.retries import RetryPolicy
from dagwire.definitions.specs.valid_names import check_name, doc_of, name_of
from dagwire.definitions.steps.hook import HookDefinition
from dagwire.errors import InvalidDefinitionError
from dagwire.resources.logger_definition import LoggerDefinition


@overload
def job(compose_fn: Callable[..., object]) -> JobDefinition: ...
@overload
def job(
    *,
    name: str | None = None,
    description: str | None = None,
    resource_defs: object = None,
    config: object = None,
    tags: Mapping[str, object] | None = None,
    run_tags: Mapping[str, object] | None = None,
    metadata: Mapping[str, object] | None = None,
    logger_defs: Mapping[str, LoggerDefinition] | None = None,
    executor_def: object = None,
    hooks: Iterable[HookDefinition] | None = None,
    op_retry_policy: RetryPolicy | None = None,
    partitions_def: PartitionsDefinition | None = None,
    input_values: Mapping[str, object] | None = None,
    owners: Sequence[str] | None = None,
) -> Callable[[Callable[..., Any]], JobDefinition]: ...
def job(
    compose_fn: Callable[..., object] | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    resource_defs: object = None,
    config: object = None,
    tags: Mapping[str, object] | None = None,
    run_tags: Mapping[str, object] | None = None,
    metadata: Mapping[str, object] | None = None,
    logger_defs: Mapping[str, LoggerDefinition] | None = None,
    executor_def: object = None,
    hooks: Iterable[HookDefinition] | None = None,
    op_retry_policy: RetryPolicy | None = None,
    partitions_def: PartitionsDefinition | None = None,
    input_values: Mapping[str, object] | None = None,
    owners: Sequence[str] | None = None,
) -> JobDefinition | Callable[[Callable[..., Any]], JobDefinition]:
    """Make a job of a function that calls ops; calling them connects them, nothing runs.

    Args:
        compose_fn: The function, if the decorator is used without arguments.
        name: The function's name by default.
        description: For people; the docstring by default.
        resource_defs: The job's own resources, a dict or a container, stronger than those of `Definitions`.
        config: Run config that every run starts from; or a `ConfigMapping` of the run's own config.
        tags: Tags of the job, and of every run unless there are `run_tags`.
        run_tags: Tags of every run.
        metadata: Facts about the job.
        logger_defs: `{name: logger}` that the config of a run may turn on.
        executor_def: Spreads on Dagster the steps over processes; recorded here.
        hooks: Hooks of every step.
        op_retry_policy: How often a step that has no policy of its own is tried again.
        partitions_def: The parts it is run in.
        input_values: `{input: value}` of the job's own inputs, which are the function's parameters; a run's own come
            first.
        owners: Email addresses, or `team:name`.

    Raises:
        InvalidDefinitionError: An input does not exist, or is not connected and no run could give it a value.

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

    def decorate(function: Callable[..., object]) -> JobDefinition:
        own = name or name_of(function)
        check_name("job", own)
        inputs = composed_inputs(function)
        composed = composed_body(f"job '{own}'", function, inputs, None)
        if composed.outputs:
            msg = f"job '{own}' returns a value; the body of a job only connects ops."
            raise InvalidDefinitionError(msg)
        definition = GraphDefinition.of_body(own, inputs, composed, description=description or doc_of(function))
        return definition.to_job(
            resource_defs=resource_defs,
            config=config,
            tags=tags,
            run_tags=run_tags,
            metadata=metadata,
            logger_defs=logger_defs,
            executor_def=executor_def,
            hooks=hooks,
            op_retry_policy=op_retry_policy,
            partitions_def=partitions_def,
            input_values=input_values,
            owners=owners,
        )

    return decorate if compose_fn is None else decorate(compose_fn)
