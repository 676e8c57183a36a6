"""Resources of nested containers, asked for by the path of their provider."""

from typing import Annotated

import pytest
from dependency_injector import containers, providers
from dependency_injector.wiring import Provide

import dagwire as dg


class Store(dg.ConfigurableResource):
    bucket: str = "real"


class Gateways(containers.DeclarativeContainer):
    s3 = dg.ResourceProvider(Store)


class Application(containers.DeclarativeContainer):
    gateways = providers.Container(Gateways)


@dg.asset
def stored(store: Annotated[Store, Provide["gateways.s3"]]) -> str:
    return store.bucket


def test_a_parameter_may_name_the_path():
    """`Annotated[T, Provide["gateways.s3"]]` is the resource of the nested container, whatever the parameter's name."""
    assert dg.materialize([stored], resources=Application()).asset_value("stored") == "real"


def test_the_path_is_overridden_as_any_key():
    """An override names the path."""
    application = Application()
    with dg.override(application, {"gateways.s3": Store(bucket="fake")}):
        assert dg.materialize([stored], resources=application).asset_value("stored") == "fake"


def test_a_dict_may_have_the_path_as_its_key():
    """If resources are a dict, the path is one key of it."""
    result = dg.materialize([stored], resources={"gateways.s3": Store(bucket="given")})
    assert result.asset_value("stored") == "given"


def test_a_context_reads_the_path_part_by_part():
    """`context.resources.gateways.s3` is the resource under "gateways.s3"."""

    @dg.asset(required_resource_keys={"gateways.s3"})
    def named(context) -> str:
        return context.resources.gateways.s3.bucket

    assert dg.materialize([named], resources=Application()).asset_value("named") == "real"


def test_a_missing_path_names_the_nearest():
    """The message names the whole path, who asks, and the nearest key."""

    @dg.asset
    def misspelt(store: Annotated[Store, Provide["gateways.s4"]]) -> None: ...

    with pytest.raises(dg.DagsterInvalidDefinitionError, match=r"'gateways.s4'.*asset 'misspelt'.*'gateways.s3'"):
        dg.materialize([misspelt], resources=Application())


def test_a_direct_call_takes_it_by_the_parameter():
    """In a test the resource is given under the parameter's own name."""
    assert stored(store=Store(bucket="direct")) == "direct"


def test_a_schedule_takes_it_too():
    """So do schedules and sensors."""

    @dg.sensor(job_name="any")
    def watch(store: Annotated[Store, Provide["gateways.s3"]]) -> dg.SkipReason:
        return dg.SkipReason(store.bucket)

    tick = watch.evaluate_tick(dg.build_sensor_context(resources=Application()))
    assert tick.skip_message == "real"


def test_a_provider_names_its_key():
    """A Provide that holds a provider of a container's class asks for the key of that provider."""

    @dg.asset
    def typed(store: Annotated[Store, Provide[Application.gateways.s3]]) -> str:
        return store.bucket

    assert dg.materialize([typed], resources=Application()).asset_value("typed") == "real"


def test_a_provider_without_a_key_is_refused():
    """A Provide that holds a provider of no container's class names no key; the message shows the forms."""
    unnamed = dg.ResourceProvider(Store)
    with pytest.raises(dg.DagsterInvalidDefinitionError, match=r"Provide\[\"gateways.s3\"\]"):

        @dg.asset
        def wrong(store: Annotated[Store, Provide[unnamed]]) -> None: ...
