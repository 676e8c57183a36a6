"""Checks of a recipe before it is opened: config that does not fit, unset variables."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pydantic import ValidationError

from dagwire.config.values.env_var import EnvVar, check_variables_are_set
from dagwire.config.values.validation_messages import problems_of
from dagwire.errors import DagwireError, InvalidConfigError
from dagwire.resources.launch_config import with_config
from dagwire.resources.recipe import ConfiguredRecipe, Recipe, is_configurable
from dagwire.resources.resource_definition import ResourceDefinition


def _has_no_key(_: object) -> bool:
    return False


def faults_of(
    key: object, recipe: object, config: object, has_key: Callable[[object], bool] = _has_no_key
) -> list[DagwireError]:
    """List the faults of `recipe`, under a run's config for it.

    Args:
        key: Its name in messages.
        recipe: A resource, a definition, or any other value, which has no faults.
        config: The run's config for the key, or None.
        has_key: Whether a nested recipe has a key of its own, under which its faults are reported.
    """
    try:
        if is_configurable(recipe):
            return list(_configurable_faults(key, with_config(recipe, config, key), has_key))
        if isinstance(recipe, ResourceDefinition) and recipe.has_config(config):
            configured = recipe.config_from(config, f"resource '{key}'")
            if recipe.opens_config:
                return list(_configurable_faults(key, configured, has_key))
    except InvalidConfigError as fault:
        return [fault]
    return []


def unset_variables(key: object, variables: Iterable[tuple[str, EnvVar]]) -> list[DagwireError]:
    """Return one fault if some of the `(field path, variable)` that resource `key` waits for are not set."""
    try:
        check_variables_are_set((variable, f"field '{path}' of resource '{key}'") for path, variable in variables)
    except InvalidConfigError as fault:
        return [fault]
    return []


def _configurable_faults(
    key: object, recipe: ConfiguredRecipe[Any], has_key: Callable[[object], bool]
) -> Iterator[DagwireError]:
    if recipe.holds_scalars_only():
        return
    waiting = list(recipe.variables())
    if waiting:
        yield from unset_variables(key, waiting) or _unfit_variables(key, recipe)
    for path, nested in recipe.nested_resources().items():
        if not has_key(nested):
            yield from _nested_faults(f"{key}.{path}", nested, has_key)


def _nested_faults(path: str, nested: Recipe, has_key: Callable[[object], bool]) -> list[DagwireError]:
    if is_configurable(nested) and nested.is_late:
        problem = "it is left to launch, so it must stand under a key of its own, whose config it takes"
        return [InvalidConfigError(f"resource '{path}'", [problem])]
    return faults_of(path, nested, None, has_key)


def _unfit_variables(key: object, recipe: ConfiguredRecipe[Any]) -> list[DagwireError]:
    try:
        recipe.with_variables_read()
    except ValidationError as error:
        return [InvalidConfigError(f"resource '{key}'", problems_of(error, recipe.variables()))]
    return []
