"""`ResourceProvider`: a resource declared in a dependency-injector container."""

import copy
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from functools import cached_property
from inspect import isasyncgenfunction, iscoroutine, iscoroutinefunction, unwrap
from typing import Any, Literal, Self, TypeVar, cast, overload

from dependency_injector import providers

from dagwire.config.schema.config import variables_at
from dagwire.config.values.env_var import EnvVar
from dagwire.containers.current_scope import open_scopes
from dagwire.containers.provider_types import AnyProvider, is_called, is_provider
from dagwire.containers.recipe_factory import FunctionOfArguments, RecipeMaker, configured_maker, recipe_maker
from dagwire.errors import InvalidDefinitionError, ResourceNotOpenError
from dagwire.resources.configurable_resource import ConfigurableResource, ConfigurableResourceFactory
from dagwire.resources.init_resource_context import InitResourceContext
from dagwire.resources.launch_config import configured_recipe
from dagwire.resources.life_cycle import LifeCycle
from dagwire.resources.opener import Opener, must_be_closed
from dagwire.resources.recipe import Recipe, is_configurable, is_configurable_class, is_recipe
from dagwire.resources.resource_definition import ResourceDefinition
from dagwire.resources.retry_and_timeout import NO_RETRY_NO_TIMEOUT, LifeCyclePolicy
from dagwire.resources.run_without_loop import drive

T = TypeVar("T")
R = TypeVar("R", bound=ConfigurableResource)

Opening = Iterator[T] | AsyncIterator[T] | AbstractContextManager[T] | AbstractAsyncContextManager[T] | Awaitable[T]
"""The results of a function that opens a resource: what it yields, or what is awaited, is the resource."""


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
    def __init__(self: "ResourceProvider[R]", source: type[R], **fields: object) -> None: ...
    @overload
    def __init__(self: "ResourceProvider[R]", source: R, **fields: object) -> None: ...
    @overload
    def __init__(self, source: type[ConfigurableResourceFactory[T]], **fields: object) -> None: ...
    @overload
    def __init__(self, source: ConfigurableResourceFactory[T], **fields: object) -> None: ...
    @overload  # the annotation of the provider has the type, often a protocol
    def __init__(self, source: providers.Provider[Any], **fields: object) -> None: ...
    @overload
    def __init__(self: "ResourceProvider[Any]", source: ResourceDefinition) -> None: ...
    @overload
    def __init__(self, source: Callable[..., Opening[T]], *args: object, **fields: object) -> None: ...
    @overload
    def __init__(self, source: Callable[..., T], *args: object, **fields: object) -> None: ...
    @overload
    def __init__(self, source: Any = None, *args: object, **fields: object) -> None: ...
    def __init__(self, source: Any = None, *args: object, **fields: object) -> None:
        """See the class. `source` is None only while dependency-injector copies a container.

        Raises:
            InvalidDefinitionError: `source` is nothing that a resource can be made of.
        """
        self._declare(source, args, fields)
        self._make_by(recipe_maker(source, args, fields))
        self.policy: LifeCyclePolicy = NO_RETRY_NO_TIMEOUT
        """The retries and timeouts of its opening and closing."""
        self.lifetime: Literal["step", "run", "process"] = "run"
        """The time that it stays open."""
        super().__init__()

    def _declare(self, source: Any, args: tuple[object, ...], fields: dict[str, Any]) -> None:
        self.source = source
        self.args = args
        self.fields = fields
        self.injections: tuple[Any, ...] = (source, *args, *fields.values())
        """The source, the arguments and the fields' values, in this order; any of them may be a provider."""
        self.injected_providers: list[tuple[int, AnyProvider, bool]] = [
            (place, injected, is_called(injected))
            for place, injected in enumerate(self.injections)
            if is_provider(injected)
        ]
        """`(place, provider, whether it is called)` of those injections that are providers."""
        nested = source.nested_resources().values() if is_configurable(source) else ()
        self.nested: tuple[Recipe, ...] = (*nested, *filter(is_recipe, self.injections[1:]))
        """The recipes in the declaration: in fields of an instance, and among the arguments."""
        self.is_definition: bool = isinstance(source, ResourceDefinition)
        """Whether it is made of a `ResourceDefinition`, which may ask for other resources by their keys."""

    def _make_by(self, make_recipe: RecipeMaker) -> None:
        self._make_recipe = make_recipe
        self.function: FunctionOfArguments | None = None
        """The function that opens it and that gets nothing but its arguments, or None."""
        if isinstance(make_recipe, FunctionOfArguments) and not make_recipe.definition.takes_context:
            self.function = make_recipe

    def set_life_cycle(self, *, retry: Callable[..., object] | None = None, timeout_s: float | None = None) -> Self:
        """Say how patiently this resource is opened and closed; return the provider itself.

        Args:
            retry: Calls what opens the resource, again if that fails: a policy of stamina
                (`RetryingCaller(attempts=3).on(ConnectionError)`), of tenacity (`Retrying(...)`), or any callable of a
                function. An asynchronous resource under an event loop takes their asynchronous kinds.
            timeout_s: After how many seconds an open or a close has failed. A synchronous resource is then opened and
                closed in threads of their own, so it must not be bound to one.
        """
        self.policy = LifeCyclePolicy(retry, timeout_s)
        return self

    def set_lifetime(self, lifetime: Literal["step", "run", "process"]) -> Self:
        """Declare how long the resource stays open; return the provider itself.

        A resource that lives for the process is opened once in the `process_scope` that is open, and every run inside
        uses it. Outside any, a run opens and closes it as it does all others.

        A resource that lives for a step is opened before the step and closed after it, with the step's failure. A step
        that is tried again opens it again, and each hook of a step has its own. Outside a run, the block that opens
        resources is the step: `build_resources`, a direct call, a tick, a request.

        Raises:
            InvalidDefinitionError: There is no such lifetime.
        """
        if lifetime not in {"step", "run", "process"}:
            msg = f"A resource lives for a 'step', for a 'run' or for the 'process', not for '{lifetime}'."
            raise InvalidDefinitionError(msg)
        self.lifetime = lifetime
        return self

    def __deepcopy__(self, memo: dict[int, Any] | None) -> "ResourceProvider[T]":
        """A copy for another instance of the container; dependency-injector asks for it.

        Providers are copied along; plain arguments are shared, as a lock or a pool must be.
        """
        memo = {} if memo is None else memo
        copied = memo.get(id(self))
        if copied is None:
            copied = memo[id(self)] = type(self)()
            source, *rest = (copy.deepcopy(v, memo) if is_provider(v) else v for v in self.injections)
            positional = len(self.args)
            copied._declare(source, tuple(rest[:positional]), dict(zip(self.fields, rest[positional:], strict=True)))
            copied._make_by(self._make_recipe)
            copied.policy, copied.lifetime = self.policy, self.lifetime
            cast("Any", self)._copy_overridings(copied, memo)  # stubs: partly unknown
        return cast("ResourceProvider[T]", copied)

    @cached_property
    def variables(self) -> list[tuple[str, EnvVar]]:
        """`(field path, variable)` of the variables among the arguments and fields."""
        positional = {str(place): value for place, value in enumerate(self.args)}
        given = {**positional, **self.fields}.items()
        return [found for field, value in given for found in variables_at(field, value)]

    @cached_property
    def is_asynchronous(self) -> bool:
        """Whether opening it may wait for an event loop, as far as its declaration shows."""
        source: Any = self.source
        if is_configurable(source) or is_configurable_class(source):
            return source.has_async_methods or any(map(_waits, self.nested))
        function = source.resource_fn if self.is_definition else source
        return is_provider(source) or _is_coroutine_function(function)

    @property
    def related(self) -> Iterator[AnyProvider]:
        """The providers among the injections, and what overrides this one."""
        yield from (provider for _, provider, _ in self.injected_providers)
        yield from cast("Any", self).overridden  # stubs: partly unknown

    def values(
        self, current: Callable[[AnyProvider], Callable[[], object]], passed_on: Callable[[AnyProvider], AnyProvider]
    ) -> list[Any]:
        """The values of the injections, by dependency-injector's rule: a delegated one is passed on, others called.

        Args:
            current: What is called for a provider, such as a run's private copy.
            passed_on: The provider that is passed on for a delegated one.
        """
        values = list(self.injections)
        try:
            for place, provider, called in self.injected_providers:
                values[place] = current(provider)() if called else passed_on(provider)
        except BaseException:
            for value in values:
                if iscoroutine(value):
                    value.close()  # nobody will await it any more
            raise
        return values

    def recipe(self, values: Sequence[object] | None = None) -> Any:
        """Make what is to be opened of `values`: the injections, providers among them called. None calls them here."""
        if values is None:
            values = self.values(lambda provider: provider, lambda provider: provider)
        end = 1 + len(self.args)
        return self._make_recipe(values[0], values[1:end], dict(zip(self.fields, values[end:], strict=True)))

    def called(self, function: FunctionOfArguments, values: Sequence[object]) -> Any:
        """Call `function` with these injections; it gives what `recipe` would open."""
        if not self.fields:
            return function.called(values[1:], {})
        end = 1 + len(self.args)
        return function.called(values[1:end], dict(zip(self.fields, values[end:], strict=True)))

    @property
    def is_checked_by_its_keys(self) -> bool:
        """Whether nothing can be wrong with it beforehand but a missing key, unless config is given."""
        if self.function is not None:
            return not self.variables
        if self.injected_providers or self.fields:
            return False
        if is_configurable(self.source):  # it was validated when it was made
            return self.source.holds_scalars_only() and not self.source.is_late
        return self.is_definition and not self.source.has_config(None)

    def configured(self, config: object, key: str) -> "ResourceProvider[T]":
        """Copy the resource with `config` merged over its config; `key` names it in messages."""
        copied: ResourceProvider[T] = ResourceProvider()
        copied._declare(self.source, self.args, self.fields)
        copied._make_by(configured_maker(self._make_recipe, config, key))
        copied.policy, copied.lifetime = self.policy, self.lifetime
        return copied

    def _provide(self, args: tuple[object, ...], kwargs: dict[str, Any]) -> T:
        """The resource that an open scope has, or outside any scope a new one, if it has nothing to close.

        Raises:
            ResourceNotOpenError: The resource has a life cycle, and nobody here would end it.
        """
        for scope in open_scopes():  # dependency-injector's own @inject asks the container's provider
            found = scope.live(self)
            if found is not None:
                return cast("T", found[0])
        recipe = self.recipe()
        name = getattr(self.source, "__name__", type(recipe).__name__)
        if must_be_closed(recipe):
            raise ResourceNotOpenError(name)
        life_cycle = LifeCycle(asynchronous=False)
        try:
            return drive(Opener(life_cycle).open(name, recipe, InitResourceContext()))  # type: ignore[return-value]  # as T
        finally:  # nothing is open but the loop of a coroutine function
            drive(life_cycle.close(None))


def _waits(recipe: Recipe) -> bool:
    if isinstance(recipe, ResourceDefinition):
        return _is_coroutine_function(recipe.resource_fn)
    return recipe.has_async_methods


def _is_coroutine_function(function: Any) -> bool:
    inner = unwrap(function)
    return iscoroutinefunction(inner) or isasyncgenfunction(inner)


def with_config(provider: AnyProvider, key: str, config: object) -> AnyProvider:
    """The resource of `provider`, with `config` merged over the config it has; itself if there is none to merge."""
    if config is None:
        return provider
    if not isinstance(provider, ResourceProvider):
        return ResourceProvider(providers.Callable(configured_recipe, provider, config, key))
    return provider.configured(config, key)


AnyResourceProvider = ResourceProvider[Any]
"""A provider of a resource of any type."""
