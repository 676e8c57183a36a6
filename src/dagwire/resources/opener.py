"""`Opener`: the single place that knows how each kind of recipe becomes a live thing."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from functools import partial
from inspect import isawaitable
from typing import Any

from dagwire.resources.init_resource_context import NO_RESOURCES, InitResourceContext
from dagwire.resources.launch_config import with_config
from dagwire.resources.life_cycle import LifeCycle
from dagwire.resources.life_cycle_methods import call_method
from dagwire.resources.recipe import ConfiguredRecipe, Recipe, is_configurable, is_recipe
from dagwire.resources.recipe_checks import faults_of
from dagwire.resources.resource_definition import ResourceDefinition
from dagwire.resources.retry_and_timeout import call_with_timeout
from dagwire.resources.run_without_loop import drive

NOTHING_OPEN: Mapping[int, object] = {}
NONE_NESTED: Mapping[str, object] = {}


class Opener:
    """Opens recipes into one life cycle, each instance once; lives as long as the run scope that made it."""

    __slots__ = ("_life_cycle", "_opened")

    def __init__(self, life_cycle: LifeCycle) -> None:
        """Everything opened is registered with `life_cycle`."""
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
        """Open `recipe` and return the live thing; return a value that is not a recipe as it is.

        One instance is opened once, however many keys and fields hold it.

        Args:
            key: Its name in messages.
            recipe: What to open.
            context: The facts it gets.
            open_by_id: `{id(recipe): live thing}` for nested recipes that have keys of their own.
            timeout_s: Longest wait for its open, and later for its close, in seconds.
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
        nested = recipe.nested_resources()
        opened = await self._open_nested(key, nested, context, open_by_id) if nested else NONE_NESTED
        copied = recipe.private_copy(opened, context)
        if recipe.has_life_cycle:
            return await self._life_cycle.enter(key, copied.life_cycle(), timeout_s)
        make = partial(call_method, copied.create_resource, copied.get_resource_context())
        value = call_with_timeout(make, timeout_s)
        return await self._life_cycle.wait_for(value, timeout_s) if recipe.has_async_methods else value

    async def _open_nested(
        self, key: object, nested: Mapping[str, Recipe], context: InitResourceContext, open_by_id: Mapping[int, object]
    ) -> dict[str, object]:
        """Open the recipes nested in resource `key`; return `{path: live thing}`."""
        opened: dict[str, object] = {}
        for path, inner in nested.items():
            own = context.for_definition(inner, None, context.resources)
            opened[path] = await self.open(f"{key}.{path}", inner, own, open_by_id)
        return opened

    async def _open_definition(
        self, key: object, recipe: ResourceDefinition, context: InitResourceContext, timeout_s: float | None
    ) -> object:
        if recipe.opens_config:
            configured = recipe.config_from(context.resource_config, f"resource '{key}'")
            return await self._open_configurable(key, configured, context.replace_config(None), NOTHING_OPEN, timeout_s)
        if recipe.takes_context or recipe.has_config(context.resource_config):
            context = _context_for(recipe, context, key)
        return await self.open_called(key, partial(recipe.open, context), recipe, timeout_s)

    async def open_called(
        self, key: object, call: Callable[[], Any], definition: ResourceDefinition, timeout_s: float | None = None
    ) -> object:
        """Return the live thing made by `call`, which calls the function of `definition`."""
        if definition.has_life_cycle:
            return await self._life_cycle.enter(key, call(), timeout_s)
        value = call_with_timeout(call, timeout_s)
        if isawaitable(value):
            return await self._life_cycle.wait_for(value, timeout_s)
        return value


def _context_for(recipe: ResourceDefinition, context: InitResourceContext, key: object) -> InitResourceContext:
    """Return the context with the function's own config, and with the resources alone that it requires."""
    late = context.resource_config
    config: Any = recipe.config_from(late, f"resource '{key}'") if recipe.has_config(late) else None
    names = recipe.required_resource_keys
    required = context.resources.restricted_to(names) if names else NO_RESOURCES
    return context.for_definition(recipe, config, required)


@contextmanager
def opened_alone(key: object, recipe: object, context: InitResourceContext) -> Generator[Any]:
    """Open one recipe outside any run scope, and close it on exit.

    Raises:
        InvalidConfigError: The config does not fit, or variables are not set. Nothing was opened.
    """
    for fault in faults_of(key, recipe, None):
        raise fault
    life_cycle = LifeCycle(asynchronous=False)
    failure: BaseException | None = None
    try:
        yield drive(Opener(life_cycle).open(key, recipe, context.replace_config(None)))
    except BaseException as error:
        failure = error
        raise
    finally:
        drive(life_cycle.close(failure))


def must_be_closed(recipe: object) -> bool:
    """Whether opening `recipe`, or a resource nested in it, leaves something to close; a set-up alone does not."""
    if is_configurable(recipe) and not recipe.is_open:
        return recipe.must_be_closed or any(map(must_be_closed, recipe.nested_resources().values()))
    return isinstance(recipe, ResourceDefinition) and recipe.has_life_cycle
