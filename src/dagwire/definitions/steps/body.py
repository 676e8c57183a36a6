"""`Body`: a decorated function with its requests, and its direct calls, as in a test."""

import copy
import inspect
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from inspect import Parameter, isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from typing import Any, Self

from dagwire.computed_once import computed_once
from dagwire.config.schema.config_schema import ConfiguredSchema, check_schema, is_config_class, validated_config
from dagwire.config.schema.config_types import Field
from dagwire.containers.build_resources import abuild_resources, build_resources
from dagwire.containers.keys import Requirement
from dagwire.containers.scope_checks import raise_faults
from dagwire.definitions.specs.valid_names import check_callable
from dagwire.definitions.steps.body_context import BodyContext
from dagwire.definitions.steps.signature import CONFIG_NAME, Signature, read_signature
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError, MissingResourceError, UnknownResourceError
from dagwire.resources.configurable_resource import ConfigurableResourceFactory
from dagwire.resources.init_resource_context import Resources
from dagwire.resources.resource_definition import ResourceDefinition
from dagwire.suggestions import quoted_list


class Body:
    """A function with its requests; immutable, shared by all copies of its definition."""

    def __init__(
        self,
        function: Callable[..., object],
        owner: str,
        required_resource_keys: Iterable[str] = (),
        config_schema: object = None,
        *,
        context_first: bool = False,
    ) -> None:
        """Read the function's parameters.

        Args:
            function: The function.
            owner: The definition's name in messages: "asset 'trips'".
            required_resource_keys: Keys it reads from its context.
            config_schema: The declared config, if no parameter declares it.
            context_first: Whether its first parameter is the context, whatever it is named.

        Raises:
            InvalidDefinitionError: A parameter or annotation cannot be used.
        """
        check_callable(function)
        self.function = function
        self.owner = owner
        self.signature: Signature = read_signature(function, owner, context_first=context_first)
        self.extra_keys: frozenset[str] = frozenset(required_resource_keys)
        self.config_schema: object = self._declared_schema(config_schema)
        check_schema(self.config_schema)

    def _declared_schema(self, config_schema: object) -> object:
        """Return the schema that the parameter `config` declares, with its default, or `config_schema`."""
        declared = self.signature.config
        if declared is None:
            return config_schema
        if config_schema is not None:
            msg = f"{self.owner} declares its config by its parameter 'config'; give no config_schema beside."
            raise InvalidDefinitionError(msg)
        default = self.signature.config_default
        if default is Parameter.empty:
            return declared
        if is_config_class(declared):
            msg = f"{self.owner} has a default for 'config'. Give the fields of {declared.__name__} defaults instead."
            raise InvalidDefinitionError(msg)
        return Field(declared, default)

    def configured(self, config_or_function: object, config_schema: object, owner: str) -> Self:
        """Return this body with config of its own, or with a function that makes it from other config."""
        configured = copy.copy(self)
        configured.owner = owner
        configured.config_schema = ConfiguredSchema(self.config_schema, config_or_function, config_schema)
        vars(configured).pop("requirements", None)
        return configured

    @computed_once
    def keys(self) -> tuple[str, ...]:
        """The keys of all resources it asks for, by parameter or by name."""
        return tuple(dict.fromkeys((*self.signature.keys.values(), *sorted(self.extra_keys))))

    @computed_once
    def requirements(self) -> tuple[Requirement, ...]:
        """The requirements of its resources, each with the definition that asks."""
        signature = self.signature
        declared = {key: signature.resources[parameter] for parameter, key in signature.keys.items()}
        return tuple(Requirement(key, self.owner, declared.get(key)) for key in self.keys)

    def config_from(self, given: object) -> Any:
        """Return the validated config of one call.

        Raises:
            InvalidConfigError: The config does not fit the declaration; every fault is named.
            MissingVariableError: The config names variables that are not set.
        """
        return validated_config(self.config_schema, given, self.owner)

    def call(self, definition: object, args: Sequence[object], kwargs: Mapping[str, object]) -> Any:
        """Call the function outside a run; resources come by keyword or from a context passed first.

        A resource with a life cycle that is passed by keyword is open for the call and closed after it. The resources
        of a context are closed by the context.

        Raises:
            InvalidInvocationError: Arguments are missing, passed twice, or too many; all are named.
            MissingResourceError: A resource is passed neither by keyword nor in the context.
        """
        context, given = self._given(args, kwargs)
        if context is not None:
            context.bind(definition)
        by_keyword = set(given)
        self._fill_resources(given, context)
        self._fill_config(given, context)
        missing = [
            name for name, parameter in self.signature.inputs.items() if name not in given and not parameter.is_optional
        ]
        if missing:
            raise InvalidInvocationError(
                self.owner, f"was called without {quoted_list(missing)}. Pass a value for each."
            )
        leading = self._placed_context(context, given)
        recipes = {name: given[name] for name in self.signature.keys if name in by_keyword and _is_recipe(given[name])}
        if not recipes:
            return self.function(*leading, **given)
        return self._call_with_open(recipes, leading, given)

    def _placed_context(self, context: object, given: dict[str, Any]) -> tuple[Any, ...]:
        """Return the context as a leading argument; put it into `given` if its parameter follows a resource."""
        name = self.signature.context
        if name is None:
            return ()
        if next(iter(inspect.signature(self.function).parameters)) == name:
            return (context,)
        given[name] = context
        return ()

    def _given(self, args: Sequence[object], kwargs: Mapping[str, object]) -> tuple[Any, dict[str, Any]]:
        """Return the context, and `{parameter: value}`."""
        positional = list(args)
        given = dict(kwargs)
        context = None
        name = self.signature.context
        if name is not None and name in given:
            context = given.pop(name)
        elif name is not None:
            if not positional:
                raise InvalidInvocationError(self.owner, "takes a context; build one and pass it first.")
            context = positional.pop(0)
            if context is not None and not isinstance(context, BodyContext):
                problem = f"takes a context first, and {type(context).__name__} was passed. Build one and pass it."
                raise InvalidInvocationError(self.owner, problem)
        elif positional and isinstance(positional[0], BodyContext):
            context = positional.pop(0)
        elif isinstance(given.get("context"), BodyContext) and "context" not in self.signature.parameters:
            context = given.pop("context")
        if len(positional) > len(self.signature.parameters):
            problem = f"takes {len(self.signature.parameters)} arguments; {len(positional)} were given."
            raise InvalidInvocationError(self.owner, problem)
        for parameter, value in zip(self.signature.parameters, positional, strict=False):
            if parameter in given:
                raise InvalidInvocationError(self.owner, f"was given '{parameter}' twice.")
            given[parameter] = value
        return context, given

    def _fill_resources(self, given: dict[str, Any], context: object) -> None:
        missing = [key for key in sorted(self.extra_keys) if context is not None and _held(context, key) is _ABSENT]
        for parameter, key in self.signature.keys.items():
            held = _held(context, key)
            if parameter in given and held is not _ABSENT:
                problem = f"was given resource '{key}' by keyword and in its context. Give it once."
                raise InvalidInvocationError(self.owner, problem)
            if held is not _ABSENT:
                given[parameter] = held
            elif parameter not in given:
                missing.append(key)
        raise_faults([MissingResourceError(key, [self.owner], given) for key in missing])

    def _fill_config(self, given: dict[str, Any], context: object) -> None:
        if self.signature.config is not None and CONFIG_NAME not in given:
            given[CONFIG_NAME] = self.config_from(getattr(context, "op_config", None))

    def _call_with_open(self, recipes: dict[str, Any], leading: tuple[object, ...], given: dict[str, Any]) -> Any:
        function = self.function
        if iscoroutinefunction(function):

            async def awaited() -> Any:
                async with abuild_resources(recipes) as opened:
                    return await function(*leading, **given | opened.original_resource_dict)

            return awaited()
        if isasyncgenfunction(function):

            async def agenerated() -> AsyncIterator[Any]:
                async with abuild_resources(recipes) as opened:
                    async for item in function(*leading, **given | opened.original_resource_dict):
                        yield item

            return agenerated()
        if isgeneratorfunction(function):

            def generated() -> Iterator[Any]:
                with build_resources(recipes) as opened:
                    yield from function(*leading, **given | opened.original_resource_dict)

            return generated()
        with build_resources(recipes) as opened:
            return function(*leading, **given | opened.original_resource_dict)


_ABSENT = object()


def _held(context: Any, key: str) -> object:
    """Return the resource that a context has under `key`, or `_ABSENT`."""
    if context is None:
        return _ABSENT
    resources = context.resources
    if isinstance(resources, Resources):
        return resources.original_resource_dict.get(key, _ABSENT)
    try:
        return getattr(resources, key)
    except UnknownResourceError:
        return _ABSENT


def _is_recipe(value: object) -> bool:
    return isinstance(value, ConfigurableResourceFactory | ResourceDefinition)
