"""`IAttachDifferentObjectToOpContext`: a resource whose readers find another object on their context."""

import pytest


@pytest.fixture
def api_class(dg):
    """A resource that attaches a text in its place."""

    class Api(dg.ConfigurableResource, dg.IAttachDifferentObjectToOpContext):
        size: int = 1

        def get_object_to_set_on_execution_context(self):
            return f"client {self.size}"

    return Api


def test_a_context_has_the_attached_object(dg, api_class):
    """`context.resources` has the attached object; a parameter gets the resource, and so does the original dict."""

    @dg.asset
    def read(context, api: api_class):
        original = context.resources.original_resource_dict["api"]
        return (api.size, original is api, context.resources.api, context.resources._asdict()["api"])

    result = dg.materialize([read], resources={"api": api_class(size=3)})
    assert result.output_for_node("read") == (3, True, "client 3", "client 3")


def test_a_resource_function_finds_the_attached_object(dg, api_class):
    """A resource function that requires the key finds the attached object, too; a nested field holds the resource."""

    @dg.resource(required_resource_keys={"api"})
    def word(context):
        return (context.resources.api, context.resources.original_resource_dict["api"].size)

    class Outer(dg.ConfigurableResource):
        api: api_class

    resources = {"api": api_class(size=3), "word": word, "outer": Outer(api=api_class(size=4))}
    with dg.build_resources(resources) as opened:
        assert opened.word == ("client 3", 3)
        assert opened.outer.api.size == 4
        assert opened.api == "client 3"


@pytest.mark.parametrize("builder", ["build_op_context", "build_asset_context", "build_init_resource_context"])
def test_contexts_by_hand_have_the_attached_object(dg, api_class, builder):
    """A context built by hand has the attached object on its `resources`."""
    assert getattr(dg, builder)(resources={"api": api_class()}).resources.api == "client 1"


def test_a_direct_call_gets_the_resource(dg, api_class):
    """A direct call with a context passes the resource itself to a parameter that asks for it."""

    @dg.op
    def read(context, api: api_class):
        return (api.size, context.resources.api)

    assert read(dg.build_op_context(resources={"api": api_class(size=2)})) == (2, "client 2")


def test_a_class_that_attaches_nothing(dg):
    """A class that does not define `get_object_to_set_on_execution_context` fails when the object is asked for."""

    class Nothing(dg.IAttachDifferentObjectToOpContext):
        pass

    with pytest.raises((NotImplementedError, TypeError)):
        Nothing().get_object_to_set_on_execution_context()
