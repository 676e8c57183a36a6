"""Launch config: a run's config, merged over the config that a recipe was built with."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from dagwire.config.values.type_guards import is_mapping
from dagwire.config.values.validation_messages import problems_of
from dagwire.errors import InvalidConfigError
from dagwire.resources.recipe import ConfiguredRecipe, is_configurable
from dagwire.resources.resource_definition import ResourceDefinition

C = TypeVar("C", bound=ConfiguredRecipe[Any])


def configured_recipe(recipe: Any, config: object, key: object) -> Any:
    """Merge `config` over the config that `recipe` has.

    Raises:
        InvalidConfigError: The config does not fit; every fault is named.
    """
    if isinstance(recipe, ResourceDefinition):
        return recipe.configured(config)
    if is_configurable(recipe):
        return with_config(recipe, config, key)
    raise InvalidConfigError(f"resource '{key}'", [f"a {type(recipe).__name__} takes no config"])


def with_config(recipe: C, config: Any, key: object) -> C:
    """Merge a run's config over the values that `recipe` was built with, field by field.

    Raises:
        InvalidConfigError: The config does not fit; every fault is named.
    """
    if not config and not recipe.is_late:
        return recipe
    if isinstance(config, BaseModel):
        config = {name: getattr(config, name) for name in config.model_fields_set}
    if config is not None and not is_mapping(config):
        raise InvalidConfigError(f"resource '{key}'", [f"config is a dict of fields, not {type(config).__name__}"])
    try:
        return recipe.with_values(config or {})
    except ValidationError as error:
        problems = problems_of(error)
    raise InvalidConfigError(f"resource '{key}'", problems)
