"""Every kind of provider, in every place, overridden by every means, copied and not, in synchronous code and in a loop.

Each kind is declared above a resource, `below`, and read back to what it was made of: the scope's own resource, or what
took the resource's place.
"""

import asyncio
import copy
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from itertools import product
from typing import Any, NamedTuple

import pytest
from dependency_injector import containers, providers

from dagwire import ResourceProvider, abuild_resources, build_resources, override
from dagwire.containers.isolated_copy import isolated_copy


class Kind(NamedTuple):
    """A kind of provider: how it is declared above `below`, and how its value is read back."""

    declare: Callable[[Any], Any]
    read: Callable[[Any], Any] = lambda value: value[0]
    is_free: bool = True
    """Whether dependency-injector's own means override it by any object."""


def listed(*args, **kwargs):
    return [*args, *kwargs.values()]


async def awaited_list(*args, **kwargs):
    await asyncio.sleep(0)
    return [*args, *kwargs.values()]


class Held:
    """An object with an attribute and a method."""

    def __init__(self, below):
        self.below = below

    def method(self, *more):
        return [self.below, *more]


class Part(containers.DeclarativeContainer):
    below = providers.Dependency()


def overridden(abstract, concrete):
    abstract.override(concrete)
    return abstract


def called(value):
    return value()[0]


KINDS = {
    providers.Callable: Kind(lambda below: providers.Callable(listed, below)),
    providers.DelegatedCallable: Kind(lambda below: providers.DelegatedCallable(listed, below)),
    providers.AbstractCallable: Kind(
        lambda below: overridden(providers.AbstractCallable(listed), providers.Callable(listed, below)), is_free=False
    ),
    providers.Coroutine: Kind(lambda below: providers.Coroutine(awaited_list, below)),
    providers.DelegatedCoroutine: Kind(lambda below: providers.DelegatedCoroutine(awaited_list, below)),
    providers.AbstractCoroutine: Kind(
        lambda below: overridden(providers.AbstractCoroutine(awaited_list), providers.Coroutine(awaited_list, below)),
        is_free=False,
    ),
    providers.Factory: Kind(lambda below: providers.Factory(listed, one=below)),
    providers.DelegatedFactory: Kind(lambda below: providers.DelegatedFactory(listed, below)),
    providers.AbstractFactory: Kind(
        lambda below: overridden(providers.AbstractFactory(list), providers.Factory(list, providers.List(below))),
        is_free=False,
    ),
    providers.FactoryAggregate: Kind(
        lambda below: providers.FactoryAggregate(one=providers.Factory(listed, below)),
        lambda value: value("one")[0],
        is_free=False,
    ),
    providers.Aggregate: Kind(
        lambda below: providers.Aggregate(one=providers.Factory(listed, below)),
        lambda value: value("one")[0],
        is_free=False,
    ),
    providers.Singleton: Kind(lambda below: providers.Singleton(listed, below)),
    providers.DelegatedSingleton: Kind(lambda below: providers.DelegatedSingleton(listed, below)),
    providers.ThreadSafeSingleton: Kind(lambda below: providers.ThreadSafeSingleton(listed, below)),
    providers.DelegatedThreadSafeSingleton: Kind(lambda below: providers.DelegatedThreadSafeSingleton(listed, below)),
    providers.ThreadLocalSingleton: Kind(lambda below: providers.ThreadLocalSingleton(listed, below)),
    providers.DelegatedThreadLocalSingleton: Kind(lambda below: providers.DelegatedThreadLocalSingleton(listed, below)),
    providers.ContextLocalSingleton: Kind(lambda below: providers.ContextLocalSingleton(listed, below)),
    providers.AbstractSingleton: Kind(
        lambda below: overridden(providers.AbstractSingleton(list), providers.Singleton(list, providers.List(below))),
        is_free=False,
    ),
    providers.Delegate: Kind(lambda below: providers.Delegate(providers.Factory(listed, below)), called),
    providers.List: Kind(providers.List),
    providers.Dict: Kind(lambda below: providers.Dict(one=below), lambda value: value["one"]),
    providers.Selector: Kind(
        lambda below: providers.Selector(providers.Object("on"), on=below, off=providers.Object("off")), lambda it: it
    ),
    providers.Dependency: Kind(lambda below: providers.Dependency(default=below), lambda value: value),
    providers.ExternalDependency: Kind(
        lambda below: overridden(providers.ExternalDependency(), below), lambda value: value
    ),
    providers.Resource: Kind(lambda below: providers.Resource(listed, below)),
    providers.ContextLocalResource: Kind(lambda below: providers.ContextLocalResource(listed, below)),
    providers.Container: Kind(
        lambda below: providers.Container(Part, below=below), lambda value: value.below, is_free=False
    ),
    providers.ProvidedInstance: Kind(lambda below: providers.List(below).provided),
    providers.AttributeGetter: Kind(lambda below: providers.Factory(Held, below).provided.below, lambda value: value),
    providers.ItemGetter: Kind(lambda below: providers.List(below).provided[0], lambda value: value),
    providers.MethodCaller: Kind(lambda below: providers.Factory(Held, below).provided.method.call(below)),
    ResourceProvider: Kind(lambda below: ResourceProvider(listed, below)),
}

ELSEWHERE = {
    providers.Object: "it depends on nothing",
    providers.Self: "it is the container",
    providers.DependenciesContainer: "it is one of the places below",
    providers.Configuration: "it depends on nothing",
    providers.ConfigurationOption: "it depends on nothing",
    providers.TypedConfigurationOption: "it depends on nothing",
    providers.CallableDelegate: "dependency-injector cannot copy it, so no instance of a container has it",
    providers.CoroutineDelegate: "dependency-injector cannot copy it",
    providers.FactoryDelegate: "dependency-injector cannot copy it",
    providers.SingletonDelegate: "dependency-injector cannot copy it",
    providers.Provider: "an abstract base",
    providers.BaseSingleton: "an abstract base",
    providers.BaseResource: "an abstract base",
}


def test_every_kind_is_here():
    """A new kind of dependency-injector does not pass unseen."""
    known = {one for one in vars(providers).values() if inspect.isclass(one) and issubclass(one, providers.Provider)}
    assert known - KINDS.keys() - ELSEWHERE.keys() == set()


# -- places ------------------------------------------------------------------------------------------------------------

opened: list[str] = []


@pytest.fixture(autouse=True)
def _fresh():
    opened.clear()


def resource():
    opened.append("open")
    yield (below := object())
    opened.append("close")
    del below


def beside(kind: Kind) -> type[containers.DeclarativeContainer]:
    """The provider and `below` in one container."""

    class Application(containers.DeclarativeContainer):
        below = ResourceProvider(resource)
        it = kind.declare(below)

    return Application


def nested(kind: Kind) -> type[containers.DeclarativeContainer]:
    """The provider in a nested container, which is given `below` as a dependency."""

    class Inner(containers.DeclarativeContainer):
        below = providers.Dependency()
        it = kind.declare(below)

    class Application(containers.DeclarativeContainer):
        below = ResourceProvider(resource)
        inner = providers.Container(Inner, below=below)

    return Application


def given(kind: Kind) -> type[containers.DeclarativeContainer]:
    """The provider in a nested container, which is given the container that has `below`."""

    class Core(containers.DeclarativeContainer):
        below = ResourceProvider(resource)

    class Inner(containers.DeclarativeContainer):
        core = providers.DependenciesContainer()
        it = kind.declare(core.below)

    class Application(containers.DeclarativeContainer):
        core = providers.Container(Core)
        inner = providers.Container(Inner, core=core)

    return Application


class Place(NamedTuple):
    """A place of the provider: the container that has it, and the keys of both."""

    make: Callable[[Kind], type[containers.DeclarativeContainer]]
    it: str
    below: str


PLACES = [Place(beside, "it", "below"), Place(nested, "inner.it", "below"), Place(given, "inner.it", "core.below")]


def found(container, key):
    """The provider under a path, as dependency-injector finds it."""
    for name in key.split("."):
        container = getattr(container, name)
    return container


# -- ways to have a container, and to open it --------------------------------------------------------------------------

COPIES = {
    "an instance": lambda kind: kind(),
    "a test's copy": lambda kind: isolated_copy(kind()),
    "a copied container": lambda kind: copy.deepcopy(kind()),
    "the class": lambda kind: kind,
}


def opened_sync(container, place, read, **arguments):
    """Open both keys; return `below`, and what the provider's value was made of."""
    with build_resources(container, required_resource_keys=[place.below, place.it], **arguments) as resources:
        return resources[place.below], read(resources[place.it])


def opened_async(container, place, read, **arguments):
    """Open both keys in an event loop."""

    async def main():
        async with abuild_resources(
            container, required_resource_keys=[place.below, place.it], **arguments
        ) as resources:
            return resources[place.below], read(resources[place.it])

    return LOOP.run(main(), context=copy_context())


@pytest.fixture(autouse=True, scope="module")
def _loop():
    with LOOP:
        yield


LOOP = asyncio.Runner()

WAYS = [*product(COPIES, [opened_sync]), ("an instance", opened_async)]
"""The ways to have a container, each with a mode to open it."""


# -- means of overriding -----------------------------------------------------------------------------------------------


@contextmanager
def by_dagwire(container, key, replacement) -> Iterator[dict[str, Any]]:
    """`dagwire.override`, by the key."""
    with override(container, {key: replacement}):
        yield {}


@contextmanager
def by_provider(container, key, replacement) -> Iterator[dict[str, Any]]:
    """`provider.override`, dependency-injector's own."""
    with found(container, key).override(providers.Object(replacement)):
        yield {}


@contextmanager
def by_container(container, key, replacement) -> Iterator[dict[str, Any]]:
    """`override_providers` of the container that has the key; of a class, which has none, the provider's own."""
    *path, name = key.split(".")
    holder = found(container, ".".join(path)) if path else container
    if isinstance(holder, type):
        overriding = found(container, key).override(providers.Object(replacement))
    else:
        overriding = holder.override_providers(**{name: providers.Object(replacement)})
    with overriding:
        yield {}


@contextmanager
def by_run(container, key, replacement) -> Iterator[dict[str, Any]]:
    """The resources of one run."""
    yield {"replacements": {key: replacement}}


@contextmanager
def by_recipe(container, key, replacement) -> Iterator[dict[str, Any]]:
    """`dagwire.override`, by a recipe."""
    with override(container, {key: ResourceProvider(lambda: replacement)}):
        yield {}


OF_DAGWIRE = [by_dagwire, by_recipe, by_run]
MEANS = [*OF_DAGWIRE, by_provider, by_container]


BY_KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=[kind.__name__ for kind in KINDS])
BY_PLACE = pytest.mark.parametrize("place", PLACES, ids=[place.make.__name__ for place in PLACES])


OVERRIDDEN = [
    *product(WAYS, [by_dagwire, by_provider]),
    *product([WAYS[0], WAYS[-1]], [by_container, by_run, by_recipe]),
]


@BY_KIND
@BY_PLACE
def test_it_is_made_of_the_scopes_own(kind, place):
    """Its value is made of the scope's own resource, which is opened and closed once, in each scope anew."""
    declared = place.make(kind)
    for copied, run in WAYS:
        container = COPIES[copied](declared)
        for _ in range(2):
            opened.clear()
            below, of_it = run(container, place, kind.read)
            assert opened == ["open", "close"], (copied, run)
            assert of_it is below, (copied, run)


@BY_KIND
@BY_PLACE
def test_below_is_overridden(kind, place):
    """Whatever overrides the resource takes its place in the value, while it does and no longer; nothing is opened."""
    declared = place.make(kind)
    for (copied, run), means in OVERRIDDEN:
        container, fake = COPIES[copied](declared), object()
        with means(container, place.below, fake) as arguments:
            assert run(container, place, kind.read, **arguments) == (fake, fake), (copied, run, means)
        assert opened == []
        below, of_it = run(container, place, kind.read)
        assert below is of_it is not fake, (copied, run, means)
        opened.clear()


@BY_KIND
@BY_PLACE
def test_it_is_overridden(kind, place):
    """Whatever overrides the provider is its value, while it does and no longer."""
    declared = place.make(kind)
    for (copied, run), means in OVERRIDDEN:
        if not kind.is_free and means not in OF_DAGWIRE:
            continue
        container, fake = COPIES[copied](declared), [object()]
        with means(container, place.it, fake) as arguments:
            _, of_it = run(container, place, lambda it: it, **arguments)
            assert of_it is fake, (copied, run, means)
        below, of_it = run(container, place, kind.read)
        assert below is of_it, (copied, run, means)
