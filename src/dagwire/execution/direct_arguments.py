"""`prepare_call`: the arguments of a direct call, checked, with the resources that it uses."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from dagwire.containers.keys import keys_of
from dagwire.containers.scope_checks import raise_faults
from dagwire.definitions.steps.call_arguments import CallArguments
from dagwire.definitions.steps.signature import CONFIG_NAME
from dagwire.definitions.steps.step_definition import AnyStep
from dagwire.errors import InvalidInvocationError, MissingResourceError
from dagwire.execution.direct_contexts import DirectStepContext
from dagwire.resources.configurable_resource import ConfigurableResourceFactory
from dagwire.resources.resource_definition import ResourceDefinition
from dagwire.suggestions import quoted_list


class PreparedCall(NamedTuple):
    """A direct call whose arguments were checked; no resource is open yet."""

    arguments: Mapping[str, Any]
    """`{parameter: value}` of config and inputs."""
    to_open: Mapping[str, object]
    """`{key: recipe}` of the resources that are opened for the call."""
    plain: Mapping[str, object]
    """`{key: resource}` of those that are passed as they are."""
    held: tuple[str, ...]
    """The keys that the context has."""


def prepare_call(definition: AnyStep, context: DirectStepContext, passed: CallArguments) -> PreparedCall:
    """Check the arguments of a direct call; the context shows the config from now on.

    Raises:
        InvalidInvocationError: Inputs are missing, or a resource or config is passed twice.
        MissingResourceError: A resource is passed neither by keyword nor in the context.
        InvalidConfigError: The config does not fit.
    """
    signature = definition.body.signature
    by_keyword = {signature.keys[name]: value for name, value in passed.resources.items()}
    bound = {key: value for key, value in definition.bindings.items() if key not in by_keyword}
    held = tuple(keys_of(context.held.container))
    _check_resources(definition, {**bound, **by_keyword}, held)
    recipes = {key: value for key, value in by_keyword.items() if _is_recipe(value)}
    return PreparedCall(
        {**_config(definition, context, passed.config), **_inputs(definition, passed.inputs)},
        {**bound, **recipes},
        {key: value for key, value in by_keyword.items() if key not in recipes},
        held,
    )


def _is_recipe(value: object) -> bool:
    return isinstance(value, ConfigurableResourceFactory | ResourceDefinition)


def _check_resources(definition: AnyStep, beside: Mapping[str, object], held: tuple[str, ...]) -> None:
    body = definition.body
    for key in beside:
        if key in held:
            raise InvalidInvocationError(
                body.owner, f"has resource '{key}' in its context and beside it. Pass it once."
            )
    # A body without a context can read none of the keys that it names besides its parameters.
    needed = body.keys if body.signature.context is not None else tuple(body.signature.keys.values())
    known = {*beside, *held}
    raise_faults([MissingResourceError(key, [body.owner], known) for key in needed if key not in known])


def _config(definition: AnyStep, context: DirectStepContext, passed: object) -> dict[str, Any]:
    body = definition.body
    if passed is not None and context.given_config:
        raise InvalidInvocationError(body.owner, "has config in its context and beside it. Pass it once.")
    given = context.given_config if passed is None else passed
    declared = body.signature.config
    if body.config_schema is None and given is None:
        return {}
    config = body.config_from(given)
    context.configure(config)
    return {} if declared is None else {CONFIG_NAME: config}


def _inputs(definition: AnyStep, passed: Mapping[str, object]) -> dict[str, Any]:
    inputs = definition.body.signature.inputs
    values = {**definition.input_defaults, **passed}
    missing = [name for name, parameter in inputs.items() if name not in values and not parameter.is_optional]
    if missing:
        problem = f"was called without {quoted_list(missing)}. Pass a value for each."
        raise InvalidInvocationError(definition.body.owner, problem)
    return values
