"""Launch config: a run's config, merged over the config that a recipe was built with."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from dagwire.config.values.nested_config import set_values
from dagwire.config.values.type_guards import is_mapping
from dagwire.config.values.validation_messages import problems_of, unknown_name
from dagwire.errors import InvalidConfigError
from dagwire.resources.recipe import ConfiguredRecipe, is_configurable
from dagwire.resources.resource_definition import ResourceDefinition

C = TypeVar("C", bound=ConfiguredRecipe[Any])


def late_recipe(recipe_class: type[C], **fields: Any) -> C:
    """Make an instance of `recipe_class` whose other fields come from the config of a run.

    Raises:
        InvalidConfigError: A name is not a field. Values are checked when a run starts.
    """
    known = recipe_class.model_fields
    unknown = [f"{name}: {unknown_name(name, known)}" for name in fields if name not in known]
    if unknown:
        raise InvalidConfigError(recipe_class.__name__, unknown)
    late = recipe_class.model_construct(**fields)
    object.__setattr__(late, "_is_late", True)
    return late


def configured_recipe(recipe: object, config: object, key: object) -> object:
    """Merge `config` over the config that `recipe` has.

    Raises:
        InvalidConfigError: The config does not fit; every fault is named.
    """
    if isinstance(recipe, ResourceDefinition):
        return recipe.configured(config)
    if is_configurable(recipe):
        return with_config(recipe, config, key)
    raise InvalidConfigError(f"resource '{key}'", [f"a {type(recipe).__name__} takes no config"])


def with_config(recipe: C, config: object, key: object) -> C:
    """Merge a run's config over the values that the recipe under `key` was built with, field by field.

    Raises:
        InvalidConfigError: The config does not fit; every fault is named.
    """
    if not config and not recipe.is_late:
        return recipe
    return merged_recipe(recipe, config, f"resource '{key}'")


def merged_recipe(recipe: C, config: object, owner: str, *, is_resolved: bool = False) -> C:
    """Merge `config` over the values that `recipe` was built with, field by field; `owner` names it in messages.

    With `is_resolved` the config is that of a context: an enum's member by its value, variables read.

    Raises:
        InvalidConfigError: The config does not fit; every fault is named.
    """
    if isinstance(config, BaseModel):
        config = set_values(config)
    if config is not None and not is_mapping(config):
        raise InvalidConfigError(owner, [f"config is a dict of fields, not {type(config).__name__}"])
    try:
        return recipe.with_values(config or {}) if is_resolved else recipe.with_launch_config(config or {})
    except ValidationError as error:
        problems = problems_of(error)
    raise InvalidConfigError(owner, problems)
