"""`ResourceDefinition`: any callable serves, and config reaches it from every source."""

import asyncio
import functools

import pytest

from dagwire import (
    InitResourceContext,
    ResourceDefinition,
    abuild_resources,
    build_init_resource_context,
    build_resources,
    configured,
    resource,
)
from dagwire.errors import (
    ConfigMappingError,
    InvalidConfigError,
    InvalidDefinitionError,
    InvalidInvocationError,
    MissingResourceError,
)


def opened(recipe, config=None, **others):
    """Open `recipe` in a scope, under the key `it`, and return the live thing."""
    given = {"it": {"config": config}} if config is not None else None
    with build_resources({"it": recipe, **others}, resource_config=given) as resources:
        return resources.it


class Generating:
    """An object that is called and generates."""

    def __init__(self, log):
        self.log = log

    def __call__(self, context):
        yield "made"
        self.log.append("closed")


class Awaiting:
    """An object that is called and awaited."""

    async def __call__(self):
        await asyncio.sleep(0)
        return "made"


def _generator(log, context):
    yield "made"
    log.append("closed")


async def _asynchronous_generator(log, context):
    yield "made"
    log.append("closed")


@pytest.mark.parametrize(
    "make",
    [
        Generating,
        lambda log: functools.partial(_generator, log),
        lambda log: functools.partial(_asynchronous_generator, log),
    ],
    ids=["object", "partial", "asynchronous partial"],
)
def test_callables_that_generate_are_opened_and_closed(make):
    """An object or a partial of a generator function opens at its yield, and is closed after it."""
    log = []
    with build_resources({"it": ResourceDefinition(make(log))}) as resources:
        assert resources.it == "made"
        assert log == []
    assert log == ["closed"]


def test_callables_that_are_awaited():
    """A coroutine's result is the resource, in a synchronous scope and in an event loop."""
    assert opened(ResourceDefinition(Awaiting())) == "made"

    async def use():
        async with abuild_resources({"it": ResourceDefinition(Awaiting())}) as resources:
            return resources.it

    assert asyncio.run(use()) == "made"


def test_an_object_with_a_lock_s_methods_is_not_entered(tmp_path):
    """A value that has `__enter__`, such as a file, is not entered."""
    with opened(ResourceDefinition(lambda: (tmp_path / "file").open("w"))) as file:
        assert not file.closed


def test_a_function_of_two_arguments_is_refused():
    """A resource function takes a context or nothing."""
    with pytest.raises(InvalidDefinitionError, match="one, two"):
        ResourceDefinition(lambda one, two: 1)


def test_the_context_may_be_none_where_nothing_is_read_from_it():
    """A direct call may give None if the function needs neither config nor a required key."""

    @resource
    def plain(context):
        return context

    @resource(config_schema={"size": int})
    def sized(context):
        return context.resource_config

    assert isinstance(plain(None), InitResourceContext)
    for context in (None, {"size": 1}):
        with pytest.raises(InvalidInvocationError, match="build_init_resource_context"):
            sized(context)


def test_a_direct_call_names_what_the_context_lacks():
    """A direct call names the missing key and the function that requires it."""

    @resource(required_resource_keys={"base"})
    def it(context):
        return 1

    with pytest.raises(MissingResourceError, match="'base', asked for by resource function 'it'"):
        it(build_init_resource_context(resources={"other": 1}))


def test_a_context_with_other_config_is_whole():
    """`replace_config` keeps everything else of a context."""
    context = build_init_resource_context(config={"a": 1}, resources={"base": 3})
    replaced = context.replace_config({"a": 2})
    assert isinstance(replaced, InitResourceContext)
    assert (replaced.resource_config, replaced.resources.base) == ({"a": 2}, 3)


@pytest.fixture
def pair():
    """A definition of two fields."""

    @resource(config_schema={"size": int, "name": str})
    def pair(context):
        return context.resource_config

    return pair


def test_configured_again_and_again(pair):
    """Each `configured` is merged over the one before, and a run's config over all of them."""
    made = pair.configured({"size": 1}).configured({"name": "n"}, description="D")
    assert made.description == "D"
    assert opened(made) == {"size": 1, "name": "n"}
    assert opened(made, {"size": 2}) == {"size": 2, "name": "n"}
    assert pair.preset_config is None


def test_configured_by_functions_in_a_row(pair):
    """A definition configured by a function may be configured again."""

    @configured(pair, config_schema={"half": int})
    def doubled(config):
        return {"size": config["half"] * 2, "name": "n"}

    assert opened(doubled.configured({"half": 3})) == {"size": 6, "name": "n"}
    with pytest.raises(InvalidConfigError, match="half"):
        opened(doubled, {"haf": 3})


def test_a_function_of_config_that_fails_is_told(pair):
    """The error names the resource whose function failed; the cause is chained."""

    @configured(pair)
    def broken(config):
        raise ZeroDivisionError

    with pytest.raises(ConfigMappingError, match=r"resource 'it'.*ZeroDivisionError") as caught:
        opened(broken)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_one_definition_under_two_keys_is_opened_once():
    """One definition under two keys is one object, unless a run configures one of the keys."""
    made = ResourceDefinition(lambda context: (context.resource_config, object()), {"size": int})
    preset = made.configured({"size": 1})
    with build_resources({"a": preset, "b": preset}) as resources:
        assert resources.a is resources.b
    with build_resources({"a": preset, "b": preset}, resource_config={"b": {"config": {"size": 2}}}) as resources:
        assert (resources.a[0], resources.b[0]) == ({"size": 1}, {"size": 2})


def test_a_function_of_configured_whose_annotation_is_not_there():
    """An annotation that names no class is refused, and the message says where."""

    def name(config: "Absent") -> dict:  # noqa: F821  # this is the fault
        return {}

    with pytest.raises(InvalidDefinitionError, match=r"name' of `configured` has an annotation .*Absent"):
        configured(resource(config_schema={"name": str})(lambda context: context.resource_config))(name)


def test_what_shows_a_definition():
    """A definition shows the name of its function."""

    @resource
    def connected():
        return "db"

    assert repr(connected) == "ResourceDefinition(connected)"


class Unhashable:
    """An object that is called and that no dict can hold as a key."""

    __hash__ = None

    def __call__(self):
        return "made"


def test_an_object_that_cannot_be_hashed_makes_a_resource():
    """A callable object need not be hashable."""
    assert opened(ResourceDefinition(Unhashable())) == "made"
