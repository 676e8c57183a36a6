"""`context.load_asset_value`: replacements of the run count, and failures name their cause."""

import pytest
from dependency_injector import containers, providers

from dagwire import AssetExecutionContext, IOManager, SourceAsset, asset, build_asset_context, materialize, override
from dagwire.errors import InvalidInvocationError, MissingResourceError, UnknownNameError


class Saying(IOManager):
    def __init__(self, word):
        self.word = word

    def handle_output(self, context, obj): ...

    def load_input(self, context):
        return self.word


@asset(deps=["other"])
def reader(context: AssetExecutionContext):
    return context.load_asset_value("other")


def loaded(container, **given):
    return materialize([reader, SourceAsset("other", io_manager_key="store")], resources=container, **given)


def test_an_override_loads_in_its_place():
    """A test's fake of the IO manager loads the value; the container's own is back afterwards."""
    container = containers.DynamicContainer()
    container.store = providers.Object(Saying("stored"))
    assert loaded(container).output_for_node("reader") == "stored"
    with override(container, store=Saying("faked")):
        assert loaded(container).output_for_node("reader") == "faked"
    assert loaded(container).output_for_node("reader") == "stored"


def test_an_io_manager_that_is_not_provided_is_named():
    """Without an IO manager values pass in memory only, and there is nothing to load."""
    with pytest.raises(MissingResourceError, match="load_asset_value of 'other'"):
        loaded({})


def test_the_nearest_asset_is_named():
    """An unknown asset is refused with the nearest asset of the job."""

    @asset(deps=["other"])
    def misspelt(context: AssetExecutionContext):
        context.load_asset_value("othre")

    with pytest.raises(UnknownNameError, match="other"):
        materialize([misspelt, SourceAsset("other", io_manager_key="store")], resources={"store": Saying("x")})


def test_a_context_built_by_hand_loads_nothing():
    """A context built by hand has no run, and so no assets to load."""
    with pytest.raises(InvalidInvocationError, match="built by hand"):
        reader(build_asset_context())
