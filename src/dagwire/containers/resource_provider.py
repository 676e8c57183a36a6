"""`ResourceProvider`: a resource declared in a dependency-injector container."""

import copy
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeGuard, TypeVar, cast, overload

from dependency_injector import providers

from dagwire.errors import InvalidDefinitionError, ResourceNotOpenError
from dagwire.resources.configurable import ConfigurableResource, ConfigurableResourceFactory
from dagwire.resources.configuring import configured_recipe
from dagwire.resources.context import InitResourceContext
from dagwire.resources.definition import ResourceDefinition
from dagwire.resources.lifecycle import LifeCycle, drive
from dagwire.resources.opening import Opener, has_life_cycle
from dagwire.resources.recipe import is_configurable, is_configurable_class

T = TypeVar("T")
R = TypeVar("R", bound=ConfigurableResource)


class ResourceProvider(providers.Provider[T]):
    """Declare a resource in a container; a run scope opens a private copy of it, once, and closes it.

    The provider holds the recipe, for the life of the container. What it is made of:

    - `ResourceProvider(Api, base_url=..., timeout_s=settings.provided.timeout_s)`: a class and its fields, which may be
      providers;
    - `ResourceProvider(settings.provided.api)`: a provider that gives a resource; more fields replace what it gives;
    - `ResourceProvider(Api(...))`: an instance, likewise;
    - `ResourceProvider(open_connection, settings.provided.dsn)`: a function, generator or context manager with its
      arguments, or a `ResourceDefinition` without any.

    Example:
        >>> from dagwire import ConfigurableResource, ResourceProvider, build_resources
        >>> from dependency_injector import containers
        >>> class Api(ConfigurableResource):
        ...     base_url: str
        >>> class Application(containers.DeclarativeContainer):
        ...     api = ResourceProvider(Api, base_url="http://127.0.0.1")
        >>> with build_resources(Application()) as resources:
        ...     resources.api.base_url
        'http://127.0.0.1'
    """

    @overload
    def __init__(self: "ResourceProvider[R]", source: type[R], **fields: Any) -> None: ...
    @overload
    def __init__(self: "ResourceProvider[R]", source: R, **fields: Any) -> None: ...
    @overload
    def __init__(self, source: type[ConfigurableResourceFactory[T]], **fields: Any) -> None: ...
    @overload
    def __init__(self, source: ConfigurableResourceFactory[T], **fields: Any) -> None: ...
    @overload
    def __init__(self, source: Any = None, *args: Any, **fields: Any) -> None: ...
    def __init__(self, source: Any = None, *args: Any, **fields: Any) -> None:
        """See the class. `source` is None only while dependency-injector copies a container.

        Raises:
            InvalidDefinitionError: `source` is nothing that a resource can be made of.
        """
        self.recipe: providers.Provider[Any] = _recipe_provider(source, args, fields)
        """The inner provider: it gives the recipe, its arguments resolved."""
        super().__init__()

    def __deepcopy__(self, memo: dict[int, Any] | None) -> "ResourceProvider[T]":
        """A copy for another instance of the container; dependency-injector asks for it."""
        memo = {} if memo is None else memo
        copied = memo.get(id(self))
        if copied is None:
            copied = type(self)()
            memo[id(self)] = copied
            copied.recipe = copy.deepcopy(self.recipe, memo)
            cast("Any", self)._copy_overridings(copied, memo)  # stubs: partly unknown
        return cast("ResourceProvider[T]", copied)

    @property
    def related(self) -> Iterator[providers.Provider[Any]]:
        """The recipe's provider, and what overrides this one."""
        yield self.recipe
        yield from cast("Any", super()).related  # stubs: partly unknown

    @property
    def declared_recipe(self) -> Any:
        """The recipe, where it stands in the declaration and no provider has to be called for it."""
        recipe: Any = self.recipe
        return recipe.provides if isinstance(self.recipe, providers.Object) else None

    @property
    def description(self) -> str:
        """What this provides, in a few words for a message."""
        recipe: Any = self.recipe
        provides: Any = recipe.provides if "provides" in dir(self.recipe) else recipe
        return str(getattr(provides, "__name__", provides.__class__.__name__))

    def _provide(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
        """The resource, outside a run scope: possible where it has nothing to close.

        Raises:
            ResourceNotOpenError: The resource has a life cycle, and nobody here would end it.
        """
        recipe = self.recipe(*args, **kwargs)
        if has_life_cycle(recipe):
            raise ResourceNotOpenError(self.description)
        opener = Opener(LifeCycle(asynchronous=False))
        return drive(opener.open(self.description, recipe, InitResourceContext()))  # type: ignore[return-value]  # as T


def is_provider(value: object) -> TypeGuard[providers.Provider[Any]]:
    """Whether `value` is a dependency-injector provider; in a form that type checkers follow."""
    return isinstance(value, providers.Provider)


def from_dependency_injector(resource: providers.BaseResource[Any]) -> ResourceProvider[Any]:
    """The same resource as one that a run scope can own: dependency-injector's refuses to be copied once it is open."""
    return ResourceProvider(_as_function(resource.provides), *resource.args, **resource.kwargs)


def with_config(provider: providers.Provider[Any], key: str, config: object) -> providers.Provider[Any]:
    """The resource of `provider`, with `config` merged over the config it has; itself where there is none to merge."""
    if config is None:
        return provider
    recipe = provider.recipe if isinstance(provider, ResourceProvider) else provider
    return ResourceProvider(providers.Callable(configured_recipe, recipe, config, key))


def _recipe_provider(source: Any, args: tuple[Any, ...], fields: dict[str, Any]) -> providers.Provider[Any]:
    if is_configurable_class(source):
        return providers.Factory(cast("Any", source), *args, **fields)
    if is_provider(source):
        return providers.Callable(_with_values, source, **fields) if fields else source
    if is_configurable(source):
        return providers.Callable(_with_values, source, **fields) if fields else providers.Object(source)
    if source is None or isinstance(source, ResourceDefinition):
        return providers.Object(source)
    if isinstance(source, type) or not callable(source):
        msg = (
            f"A ResourceProvider is made of a ConfigurableResource, a ResourceDefinition, a function or a provider, "
            f"not of {type(source).__name__}. For a plain object write providers.Object, for a class providers.Factory."
        )
        raise InvalidDefinitionError(msg)
    return providers.Callable(_definition, source, *args, **fields)


def _with_values(recipe: Any, **values: Any) -> Any:
    return recipe.with_values(values)


def _definition(function: Callable[..., Any], *args: Any, **kwargs: Any) -> ResourceDefinition:
    return ResourceDefinition(partial(function, *args, **kwargs) if args or kwargs else function)


def _as_function(provides: Any) -> Callable[..., Any]:
    """dependency-injector's class form, `init` and `shutdown`, as a generator."""
    if not (isinstance(provides, type) and hasattr(provides, "init")):
        return provides  # type: ignore[no-any-return]  # a function by dependency-injector's own contract

    def opened(*args: Any, **kwargs: Any) -> Iterator[Any]:
        initializer = provides()
        value = initializer.init(*args, **kwargs)
        yield value
        initializer.shutdown(value)

    opened.__name__ = provides.__name__
    return opened
