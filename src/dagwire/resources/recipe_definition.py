"""`RecipeDefinition`: a `ConfigurableResource` as a definition, which `configured` takes."""

from typing import Any

from dagwire.resources.init_resource_context import InitResourceContext
from dagwire.resources.launch_config import merged_recipe
from dagwire.resources.opener import must_be_closed, opened_alone
from dagwire.resources.recipe import ConfiguredRecipe, is_configurable
from dagwire.resources.resource_definition import ResourceDefinition


class RecipeDefinition(ResourceDefinition):
    """A definition that opens a recipe, with its config merged over the recipe's fields."""

    opens_config = True

    def __init__(self, recipe: ConfiguredRecipe[Any]) -> None:
        """Nothing of `recipe` is opened, or checked, before its config is there."""
        super().__init__(_opened, description=type(recipe).__doc__)
        self.recipe = recipe
        self.has_life_cycle: bool = must_be_closed(recipe)

    @property
    def name(self) -> str:
        """The recipe's class, for messages."""
        return type(self.recipe).__name__

    def has_config(self, late: object) -> bool:
        """Whether there is config to check, which is always so: the fields."""
        return True

    def config_from(self, late: object, owner: str) -> object:
        """Return the recipe with its config.

        Raises:
            InvalidConfigError: The config does not fit; `owner` names the resource.
        """
        if self.is_mapped:
            return super().config_from(late, owner)
        merged = self._merged(late)
        return merged if is_configurable(merged) else merged_recipe(self.recipe, merged, owner)


def _opened(context: InitResourceContext) -> object:
    recipe = context.resource_config
    alone = opened_alone(type(recipe).__name__, recipe, context)
    if must_be_closed(recipe):
        return alone
    with alone as product:
        return product
