"""`@job`: a job from a function whose body connects ops."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, overload

from dagwire.definitions.jobs.job import JobDefinition, job_of
from dagwire.definitions.ops.composition import composed_body
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.retries import RetryPolicy
from dagwire.definitions.specs.valid_names import check_name, name_of
from dagwire.definitions.steps.bound_resources import bindings_from
from dagwire.definitions.steps.hook import HookDefinition
from dagwire.errors import InvalidDefinitionError
from dagwire.resources.logger_definition import LoggerDefinition


@overload
def job(compose_fn: Callable[..., Any]) -> JobDefinition: ...
@overload
def job(
    *,
    name: str | None = None,
    description: str | None = None,
    resource_defs: Mapping[str, object] | None = None,
    config: Any = None,
    tags: Mapping[str, str] | None = None,
    run_tags: Mapping[str, str] | None = None,
    metadata: Mapping[str, object] | None = None,
    owners: Sequence[str] | None = None,
    partitions_def: PartitionsDefinition | None = None,
    logger_defs: Mapping[str, LoggerDefinition] | None = None,
    hooks: Iterable[HookDefinition] | None = None,
    op_retry_policy: RetryPolicy | None = None,
    input_values: Mapping[str, object] | None = None,
) -> Callable[[Callable[..., Any]], JobDefinition]: ...
def job(
    compose_fn: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    resource_defs: Mapping[str, object] | None = None,
    config: Any = None,
    tags: Mapping[str, str] | None = None,
    run_tags: Mapping[str, str] | None = None,
    metadata: Mapping[str, object] | None = None,
    owners: Sequence[str] | None = None,
    partitions_def: PartitionsDefinition | None = None,
    logger_defs: Mapping[str, LoggerDefinition] | None = None,
    hooks: Iterable[HookDefinition] | None = None,
    op_retry_policy: RetryPolicy | None = None,
    input_values: Mapping[str, object] | None = None,
) -> JobDefinition | Callable[[Callable[..., Any]], JobDefinition]:
    """Make a job of a function that calls ops; calling them connects them, nothing runs.

    Args:
        compose_fn: The function, if the decorator is used without arguments.
        name: The function's name by default.
        description: For people; the docstring by default.
        resource_defs: The job's own resources, stronger than those of `Definitions`.
        config: Run config that every run starts from; or a `ConfigMapping` of the run's own config.
        tags: Tags of the job, and of every run.
        run_tags: More tags of every run.
        metadata: Facts about the job.
        owners: Email addresses, or `team:name`.
        partitions_def: The parts it is run in.
        logger_defs: `{name: logger}` that the config of a run may turn on.
        hooks: Hooks of every step.
        op_retry_policy: How often a step that has no policy of its own is tried again.
        input_values: `{input: value}` of the job's own inputs, which are the function's parameters; a run's own come
            first.

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

    def decorate(function: Callable[..., Any]) -> JobDefinition:
        own = name or name_of(function)
        check_name("job", own)
        inputs = tuple(inspect.signature(function).parameters)
        composed = composed_body(f"job '{own}'", function, inputs, None)
        if composed.outputs:
            msg = f"job '{own}' returns a value; the body of a job only connects ops."
            raise InvalidDefinitionError(msg)
        return job_of(
            own,
            composed,
            input_values=dict(input_values or {}),
            bindings=bindings_from(resource_defs),
            config=config,
            partitions_def=partitions_def,
            description=description or inspect.getdoc(function),
            tags={**(tags or {}), **(run_tags or {})},
            metadata=dict(metadata or {}),
            owners=tuple(owners or ()),
            logger_defs=logger_defs,
            hooks=frozenset(hooks or ()),
            op_retry_policy=op_retry_policy,
        )

    return decorate if compose_fn is None else decorate(compose_fn)
