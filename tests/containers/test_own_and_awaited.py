"""Providers of the user's own, coroutines in synchronous scopes, and singletons that threads build."""

import asyncio
import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest
from dependency_injector import containers, providers
from pydantic_settings import BaseSettings, SettingsConfigDict

from dagwire import ResourceProvider, SettingsProvider, abuild_resources, build_resources, override
from dagwire.containers.isolated_copy import isolated_copy
from dagwire.errors import ResourceSetupError

log: list[str] = []


@pytest.fixture(autouse=True)
def _fresh_log():
    log.clear()


def connected():
    log.append("open")
    yield "db"
    log.append("close")


class Wrapping(providers.Provider):
    """A provider in the form that dependency-injector documents: it owns a factory, and copies itself."""

    def __init__(self, provides=None, *args, **kwargs):
        self.inner = providers.Factory(provides, *args, **kwargs)
        super().__init__()

    def __deepcopy__(self, memo):
        if id(self) in memo:
            return memo[id(self)]
        args = providers.deepcopy(self.inner.args, memo)
        copied = type(self)(self.inner.provides, *args, **providers.deepcopy(self.inner.kwargs, memo))
        self._copy_overridings(copied, memo)
        return copied

    @property
    def related(self):
        yield self.inner
        yield from super().related

    def _provide(self, args, kwargs):
        return self.inner(*args, **kwargs)


class Shop(containers.DeclarativeContainer):
    lock = providers.Object(log)
    db = providers.Resource(connected)
    service = Wrapping(dict, db=db, shared=log)
    outer = providers.Singleton(list, providers.List(Wrapping(dict, service=service)))
    nested = providers.Container(containers.DynamicContainer)


def test_a_custom_provider_is_private_too():
    """Resources of a user's own provider are opened once, closed once, and reached by fakes; values are shared."""
    shop = Shop()
    shared = shop.service.inner.kwargs["shared"]
    with build_resources(shop, required_resource_keys=["service", "outer"]) as resources:
        assert resources.service["shared"] is shared
        assert resources.service["db"] == resources.outer[0]["service"]["db"] == "db"
    assert log == ["open", "close"]
    with override(shop, db="fake"), build_resources(shop, required_resource_keys=["outer"]) as resources:
        assert resources.outer[0]["service"]["db"] == "fake"
    with build_resources(isolated_copy(shop), required_resource_keys=["service"]) as resources:
        assert resources.service["db"] == "db"


# -- coroutines --------------------------------------------------------------------------------------------------------


async def fetched():
    await asyncio.sleep(0)
    log.append("fetch")
    return "token"


class Awaiting(containers.DeclarativeContainer):
    coroutine = providers.Coroutine(fetched)
    factory = providers.Factory(fetched)
    function = providers.Callable(fetched)
    in_factory = providers.Factory(dict, token=factory)
    in_list = providers.List(coroutine, function)
    deep = providers.Dict(inner=providers.List(in_factory))
    in_resource = ResourceProvider(lambda token: token, coroutine)
    singleton = providers.Singleton(fetched)
    kept = providers.Singleton(dict, token=coroutine)
    on_kept = providers.Factory(list, kept)


EXPECTED = {
    "coroutine": "token",
    "factory": "token",
    "function": "token",
    "in_factory": {"token": "token"},
    "in_list": ["token", "token"],
    "deep": {"inner": [{"token": "token"}]},
    "in_resource": "token",
    "singleton": "token",
    "kept": {"token": "token"},
    "on_kept": ["token"],
}


@pytest.mark.parametrize("key", EXPECTED)
@pytest.mark.parametrize("is_overridden", [False, True])
def test_a_coroutine_is_awaited(key, is_overridden):
    """A synchronous scope gives what an event loop does, whatever a coroutine is injected into, with fakes, too."""
    container = Awaiting()
    container.fake = providers.Factory(fetched)
    replacements = {"factory": container.fake} if is_overridden else {}
    with override(container, replacements), build_resources(container, required_resource_keys=[key]) as resources:
        assert getattr(resources, key) == EXPECTED[key]

    async def in_a_loop():
        async with abuild_resources(Awaiting(), required_resource_keys=[key]) as resources:
            return getattr(resources, key)

    assert asyncio.run(in_a_loop()) == EXPECTED[key]


def test_an_awaited_singleton_is_shared():
    """A Singleton that is made of a coroutine is made once, for all scopes."""
    container = Awaiting()
    seen = []
    for _ in range(2):
        with build_resources(container, required_resource_keys=["kept", "singleton"]) as resources:
            seen.append(resources.kept)
    assert seen[0] is seen[1]
    assert log == ["fetch", "fetch"]


def resource_of_two(coroutine, failing):
    return ResourceProvider(lambda token, other: (token, other), coroutine, failing)


def factory_of_two(coroutine, failing):
    return providers.Factory(lambda token, other: (token, other), coroutine, failing)


def named_factory_of_two(coroutine, failing):
    return providers.Factory(dict, token=providers.Factory(list, coroutine), other=failing)


@pytest.mark.parametrize("of_two", [resource_of_two, factory_of_two, named_factory_of_two])
def test_no_coroutine_is_left_when_its_neighbour_fails(of_two):
    """A coroutine that was made for an argument is ended if another argument cannot be had."""

    def fails():
        raise ConnectionError

    container = Awaiting()
    container.failing = providers.Callable(fails)
    container.user = of_two(container.coroutine, container.failing)

    async def main():
        async with abuild_resources(container, required_resource_keys=["user"]):
            raise AssertionError

    with pytest.raises(ResourceSetupError, match="ConnectionError"):  # and no warning, which would be an error here
        asyncio.run(main())
    gc.collect()


# -- singletons --------------------------------------------------------------------------------------------------------

KINDS = [
    *(providers.Singleton, providers.ThreadSafeSingleton),
    *(providers.ThreadLocalSingleton, providers.ContextLocalSingleton),
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_singleton_that_waits_for_threads(kind):
    """A Singleton whose making waits for threads which build others is made; no lock is held for what is unrelated."""

    class Other(containers.DeclarativeContainer):
        value = kind(list)

    other = Other()

    def one(_):
        with build_resources(other) as resources:
            return resources.value

    def loaded():
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(one, range(2), timeout=20))

    class Application(containers.DeclarativeContainer):
        index = kind(loaded)

    with build_resources(Application()) as resources:
        assert resources.index == [[], []]


@pytest.mark.parametrize("kind", KINDS[:2])
def test_a_singleton_is_built_once_by_threads(kind):
    """Threads that open scopes at once get one object."""
    made = []

    class Application(containers.DeclarativeContainer):
        value = kind(lambda: made.append(1) or object())

    application = Application()

    def one(_):
        with build_resources(application) as resources:
            return resources.value

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(one, range(32)))) == 1
    assert made == [1]


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="REBUILT_")
    size: int = 1


class Configured(containers.DeclarativeContainer):
    settings = SettingsProvider(Settings)
    cache = providers.Singleton(dict, size=settings.provided.size)
    above = providers.ThreadSafeSingleton(list, cache)
    other = providers.Singleton(list)


def test_singletons_are_rebuilt_with_their_settings(monkeypatch):
    """`settings.reset()` has the next scope build anew what scopes have made of the settings, and nothing else."""
    container = Configured()
    with build_resources(container) as before:
        pass
    monkeypatch.setenv("REBUILT_SIZE", "2")
    with build_resources(container) as resources:
        assert resources.cache is before.cache
    container.settings.reset()
    with build_resources(container) as after:
        assert after.cache == {"size": 2}
        assert after.above is not before.above
        assert after.other is before.other


# -- what is kept ------------------------------------------------------------------------------------------------------


def test_functions_are_not_kept_alive():
    """A function that opened a resource is forgotten with its container, and with it all that it refers to."""

    class Big:
        pass

    big = Big()
    kept = weakref.ref(big)

    def opened(value=big):
        yield value

    with build_resources({"big": ResourceProvider(opened)}):
        pass
    del big, opened
    gc.collect()
    assert kept() is None


def test_plans_are_forgotten():
    """A container keeps the plans of the sets of keys that were asked for last, and no more."""
    container = containers.DynamicContainer()
    for number in range(100):
        container.set_provider(f"p{number}", providers.Object(number))
    for number in range(100):
        with build_resources(container, required_resource_keys=[f"p{number}"]):
            pass
    assert len(vars(container)["_dagwire_plans"]._plans) == 64


def test_large_plans_are_forgotten_earlier():
    """Plans that reach many providers are kept in smaller number, the newest in any case."""
    container = containers.DynamicContainer()
    for number in range(2600):
        container.set_provider(f"p{number}", providers.Object(number))
    keys = list(container.providers)
    for left_out in range(3):
        with build_resources(container, required_resource_keys=keys[left_out:]):
            pass
        kept = vars(container)["_dagwire_plans"]
        assert [len(key[0]) for key in kept._plans] == [2600 - left_out]
    with build_resources(container, required_resource_keys=keys[:5]):
        pass
    assert [len(key[0]) for key in kept._plans] == [2598, 5]
