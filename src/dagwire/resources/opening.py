"""Opening one recipe in a life cycle: the single place that knows how each kind of recipe becomes a live thing."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import replace
from inspect import isawaitable
from typing import Any, cast

from pydantic import ValidationError

from dagwire.config.config import Config, problems_of
from dagwire.config.env_var import EnvVar, variables_in
from dagwire.config.schema import validated_config
from dagwire.errors import DagwireError, InvalidConfigError, MissingVariableError
from dagwire.resources.configurable import ConfigurableResourceFactory, is_configurable
from dagwire.resources.context import InitResourceContext
from dagwire.resources.definition import ResourceDefinition
from dagwire.resources.lifecycle import LifeCycle, Manager


def has_life_cycle(recipe: object) -> bool:
    """Whether opening `recipe`, or a resource nested in it, leaves something to close."""
    if is_configurable(recipe):
        return recipe.has_life_cycle or any(map(has_life_cycle, recipe.nested_resources().values()))
    return isinstance(recipe, ResourceDefinition) and recipe.has_life_cycle


class Opener:
    """Opens recipes into one life cycle, each instance once; lives as long as the run scope that made it."""

    __slots__ = ("_life_cycle", "_opened")

    def __init__(self, life_cycle: LifeCycle) -> None:
        """`life_cycle` is where everything opened is registered."""
        self._life_cycle = life_cycle
        self._opened: dict[int, tuple[object, object]] = {}

    async def open(self, key: object, recipe: object, context: InitResourceContext) -> object:
        """The live thing that `recipe` stands for; a value that is no recipe is itself.

        One instance is opened once, however many keys and fields hold it.
        """
        if is_configurable(recipe):
            return await self._open_configurable(key, recipe, context)
        if isinstance(recipe, ResourceDefinition):
            return await self._open_definition(key, recipe, context)
        return recipe

    async def _open_configurable(
        self, key: object, recipe: ConfigurableResourceFactory[Any], context: InitResourceContext
    ) -> object:
        # The recipe is kept beside its value: an id is only its own while the object lives.
        kept = self._opened.get(id(recipe))
        if kept is not None and not context.resource_config:
            return kept[1]
        nested = {
            field: await self.open(f"{key}.{field}", inner, replace(context, resource_config=None))
            for field, inner in recipe.nested_resources().items()
        }
        configured = _with_config(recipe, context.resource_config, key).private_copy(nested)
        if recipe.has_life_cycle:
            value = await self._life_cycle.enter(key, configured.yield_for_execution(context))
        else:
            value = configured.create_resource(context)
        self._opened[id(recipe)] = (recipe, value)
        return value

    async def _open_definition(self, key: object, recipe: ResourceDefinition, context: InitResourceContext) -> object:
        config = _definition_config(key, recipe, context.resource_config)
        value = recipe.open(replace(context, resource_config=config, resource_def=recipe))
        if recipe.has_life_cycle:
            return await self._life_cycle.enter(key, _as_manager(value))
        if isawaitable(value):
            return await self._life_cycle.wait_for(value)
        return value


def _as_manager(value: Any) -> Manager:
    assert isinstance(value, AbstractContextManager | AbstractAsyncContextManager)  # noqa: S101  # made by contextlib
    return cast("Manager", value)


def _definition_config(key: object, recipe: ResourceDefinition, config: object) -> Any:
    given = recipe.preset_config if config is None else config
    return validated_config(recipe.config_schema, given, f"resource '{key}'")


def configured(recipe: Any, config: object, key: object) -> Any:
    """`recipe` with `config` merged over the config it has.

    Raises:
        InvalidConfigError: The config does not fit; every fault is named.
    """
    if isinstance(recipe, ResourceDefinition):
        return recipe.configured(config)
    if is_configurable(recipe):
        return _with_config(recipe, config, key)
    raise InvalidConfigError(f"resource '{key}'", [f"a {type(recipe).__name__} takes no config"])


def faults_of(key: object, recipe: object, config: object) -> list[DagwireError]:
    """What can be told to be wrong with a recipe before it is opened: unset variables, config that does not fit."""
    try:
        if is_configurable(recipe):
            configured = _with_config(recipe, config, key)
            resources = list(_with_nested(key, configured))
            unset = [fault for path, one in resources for fault in unset_variables(path, one.__dict__)]
            if unset:
                return unset
            for path, one in resources:
                _read(path, one)
        elif isinstance(recipe, ResourceDefinition):
            _definition_config(key, recipe, config)
    except (InvalidConfigError, MissingVariableError) as fault:
        return [fault]
    return []


def _with_nested(
    key: object, recipe: ConfigurableResourceFactory[Any]
) -> Iterator[tuple[object, ConfigurableResourceFactory[Any]]]:
    yield key, recipe
    for field, nested in recipe.nested_resources().items():
        yield from _with_nested(f"{key}.{field}", nested)


def unset_variables(key: object, value_by_field: Mapping[str, object]) -> list[DagwireError]:
    """One fault where variables that fields of resource `key` wait for are not set; resources nested are their own."""
    unset = {
        variable.env_var_name: f"field '{field}' of resource '{key}'"
        for field, value in value_by_field.items()
        for variable in _variables_of(value)
        if variable.get_value() is None
    }
    return [MissingVariableError(unset)] if unset else []


def _variables_of(value: object) -> Iterator[EnvVar]:
    if is_configurable(value):
        return iter(())
    if isinstance(value, Config):
        return (variable for _, variable in value.variables())
    return variables_in(value)


def _read(key: object, recipe: ConfigurableResourceFactory[Any]) -> None:
    """Raise InvalidConfigError where a variable's value does not fit its field."""
    try:
        recipe.with_variables_read()
        return
    except ValidationError as error:
        problems = problems_of(error, type(recipe))
    raise InvalidConfigError(f"resource '{key}'", problems)


def _with_config(
    recipe: ConfigurableResourceFactory[Any], config: Any, key: object
) -> ConfigurableResourceFactory[Any]:
    """`recipe` with a run's config merged over the values it was built with, field by field.

    Raises:
        InvalidConfigError: The config does not fit; every fault is named.
    """
    if not config:
        return recipe
    try:
        return recipe.with_values(config)
    except ValidationError as error:
        problems = problems_of(error, type(recipe))
    raise InvalidConfigError(f"resource '{key}'", problems)
