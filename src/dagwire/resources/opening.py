"""Opening one recipe in a life cycle: the single place that knows how each kind of recipe becomes a live thing."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from inspect import isawaitable, iscoroutinefunction
from typing import Any, cast

from dagwire.resources.configuring import with_config
from dagwire.resources.context import NO_RESOURCES, InitResourceContext, Resources
from dagwire.resources.definition import ResourceDefinition
from dagwire.resources.driving import drive
from dagwire.resources.faults import faults_of
from dagwire.resources.hooks import Manager, call_hook
from dagwire.resources.lifecycle import LifeCycle, new_life_cycle
from dagwire.resources.recipe import ConfiguredRecipe, is_configurable, is_recipe

NOTHING_OPEN: Mapping[int, object] = {}


class Opener:
    """Opens recipes into one life cycle, each instance once; lives as long as the run scope that made it."""

    __slots__ = ("_life_cycle", "_opened")

    def __init__(self, life_cycle: LifeCycle) -> None:
        """`life_cycle` is where everything opened is registered."""
        self._life_cycle = life_cycle
        self._opened: dict[tuple[int, ...], tuple[object, object]] = {}

    async def open(
        self,
        key: object,
        recipe: object,
        context: InitResourceContext,
        open_by_id: Mapping[int, object] = NOTHING_OPEN,
        timeout_s: float | None = None,
    ) -> object:
        """The live thing that `recipe` stands for; a value that is no recipe is itself.

        One instance is opened once, however many keys and fields hold it.

        Args:
            key: Its name in messages.
            recipe: What to open.
            context: What it is told.
            open_by_id: `{id(recipe): live thing}` for nested recipes that have keys of their own.
            timeout_s: After how many seconds its open, and later its close, has failed.
        """
        if id(recipe) in open_by_id:
            return open_by_id[id(recipe)]
        if not is_recipe(recipe):
            return recipe
        identity = (id(recipe), *map(id, open_by_id.values()))
        # The recipe is kept beside its value: an id is only its own while the object lives.
        kept = self._opened.get(identity)
        if kept is not None and not context.resource_config:
            return kept[1]
        if isinstance(recipe, ResourceDefinition):
            value = await self._open_definition(key, recipe, context, timeout_s)
        else:
            value = await self._open_configurable(key, recipe, context, open_by_id, timeout_s)
        self._opened[identity] = (recipe, value)
        return value

    async def _open_configurable(
        self,
        key: object,
        recipe: ConfiguredRecipe[Any],
        context: InitResourceContext,
        open_by_id: Mapping[int, object],
        timeout_s: float | None,
    ) -> object:
        recipe = with_config(recipe, context.resource_config, key)
        nested = {
            path: await self.open(f"{key}.{path}", inner, replace(context, resource_config=None), open_by_id)
            for path, inner in recipe.nested_resources().items()
        }
        copied = recipe.private_copy(nested, context)
        if recipe.has_life_cycle:
            return await self._life_cycle.enter(key, copied.life_cycle(context), timeout_s)
        value = call_hook(copied.create_resource, context)
        if recipe.has_async_hooks and iscoroutinefunction(copied.create_resource):
            return await self._life_cycle.wait_for(value, timeout_s)
        return value

    async def _open_definition(
        self, key: object, recipe: ResourceDefinition, context: InitResourceContext, timeout_s: float | None
    ) -> object:
        given = context.resource_config
        config: Any = recipe.config_from(given, f"resource '{key}'") if recipe.has_config(given) else {}
        names = recipe.required_resource_keys
        required = Resources({name: getattr(context.resources, name) for name in names}) if names else NO_RESOURCES
        value = recipe.open(replace(context, resource_config=config, resource_def=recipe, resources=required))
        if recipe.has_life_cycle:
            return await self._life_cycle.enter(key, cast("Manager", value), timeout_s)
        if isawaitable(value):
            return await self._life_cycle.wait_for(value, timeout_s)
        return value


@contextmanager
def opened_alone(key: object, recipe: object, context: InitResourceContext) -> Generator[Any]:
    """Open one recipe outside any run scope, and close it on exit.

    Raises:
        InvalidConfigError: The config does not fit, or variables are not set. Nothing was opened.
    """
    for fault in faults_of(key, recipe, None):
        raise fault
    life_cycle = new_life_cycle(asynchronous=False)
    failure: BaseException | None = None
    try:
        yield drive(Opener(life_cycle).open(key, recipe, context.replace_config(None)))
    except BaseException as error:
        failure = error
        raise
    finally:
        drive(life_cycle.close(failure))


def has_life_cycle(recipe: object) -> bool:
    """Whether opening `recipe`, or a resource nested in it, leaves something to close."""
    if is_configurable(recipe) and not recipe.is_open:
        return recipe.has_life_cycle or any(map(has_life_cycle, recipe.nested_resources().values()))
    return isinstance(recipe, ResourceDefinition) and recipe.has_life_cycle
