"""`@op`: an op from a function."""

from collections.abc import Callable, Iterable, Mapping
from functools import update_wrapper
from typing import Any, overload

from dagwire.definitions.ops.ins_and_outs import In, Out
from dagwire.definitions.ops.op import OpDefinition
from dagwire.definitions.ops.op_signature import inferred_outputs
from dagwire.definitions.specs.retries import RetryPolicy
from dagwire.definitions.specs.valid_names import check_name, doc_of, name_of
from dagwire.definitions.steps.body import Body
from dagwire.errors import InvalidDefinitionError


@overload
def op(compute_fn: Callable[..., object]) -> OpDefinition: ...
@overload
def op(
    *,
    name: str | None = None,
    description: str | None = None,
    ins: Mapping[str, In] | None = None,
    out: Out | Mapping[str, Out] | None = None,
    config_schema: object = None,
    required_resource_keys: Iterable[str] | None = None,
    tags: Mapping[str, object] | None = None,
    version: str | None = None,
    retry_policy: RetryPolicy | None = None,
    code_version: str | None = None,
    pool: str | None = None,
    resource_defs: object = None,
) -> Callable[[Callable[..., Any]], OpDefinition]: ...
def op(  # Dagster's signature
    compute_fn: Callable[..., object] | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    ins: Mapping[str, In] | None = None,
    out: Out | Mapping[str, Out] | None = None,
    config_schema: object = None,
    required_resource_keys: Iterable[str] | None = None,
    tags: Mapping[str, object] | None = None,
    version: str | None = None,
    retry_policy: RetryPolicy | None = None,
    code_version: str | None = None,
    pool: str | None = None,
    resource_defs: object = None,
) -> OpDefinition | Callable[[Callable[..., Any]], OpDefinition]:
    """Make an op from a function; its parameters are read as an asset's are, its inputs are other ops' outputs.

    Args:
        compute_fn: The function, if the decorator is used without arguments.
        name: The function's name by default.
        description: For people; the docstring by default.
        ins: `{input: In}`; one of type `Nothing` orders ops without being a parameter.
        out: The output, or `{name: Out}` for several.
        config_schema: Config for `context.op_config`, if there is no parameter `config`.
        required_resource_keys: Resources read as `context.resources.<key>`.
        tags: For people and outlets.
        version: An older name of `code_version`.
        retry_policy: How often it is tried again if it fails.
        code_version: Changes when the values that the function makes change.
        pool: Limits on Dagster how many steps of the pool run at once; recorded here.
        resource_defs: Resources of its own, a dict or a container, stronger than the job's.

    Raises:
        InvalidDefinitionError: A parameter or a name cannot be used, or the annotations do not fit the outputs.
    """
    if version is not None and code_version is not None:
        msg = "@op has `version` and `code_version`, two names of one thing. Give `code_version`."
        raise InvalidDefinitionError(msg)

    def decorate(function: Callable[..., object]) -> OpDefinition:
        own = name or name_of(function)
        check_name("op", own)
        body = Body(function, f"op '{own}'", required_resource_keys or (), config_schema)
        definition = OpDefinition(
            body,
            own,
            ins,
            inferred_outputs(out, body),
            description or doc_of(function),
            tags=tags,
            retry_policy=retry_policy,
            code_version=code_version or version,
            pool=pool,
            resource_defs=resource_defs,
        )
        update_wrapper(definition, function, updated=())
        return definition

    return decorate if compute_fn is None else decorate(compute_fn)
