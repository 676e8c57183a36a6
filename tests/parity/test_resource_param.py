"""`ResourceParam`: any object as a resource."""

import types
from typing import Optional

import pytest


class Clock:
    """A plain class, known to neither side."""

    def now(self):
        return 12


def test_a_plain_object_is_handed_on(dg):
    """A plain object given as a resource arrives itself."""
    clock = Clock()
    seen = []

    @dg.asset
    def read(clock: dg.ResourceParam[Clock]):
        seen.append(clock)

    dg.materialize([read], resources={"clock": clock})
    assert seen[0] is clock


@pytest.mark.parametrize("value", [3, "text", None, {"a": 1}, [1], len], ids=repr)
def test_any_value_may_be_a_resource(dg, value):
    """Numbers, text, None, collections and functions pass as they are; a function is not called."""

    @dg.asset
    def read(thing: dg.ResourceParam[object]):
        return thing is value

    assert dg.materialize([read], resources={"thing": value}).asset_value("read")


def test_makes_the_parameter_a_required_key(dg):
    """The parameter's name is the key."""

    @dg.asset
    def read(clock: dg.ResourceParam[Clock]):
        pass

    assert "clock" in read.required_resource_keys


def test_missing_is_an_invalid_definition(dg):
    """A run without the resource of a ResourceParam is refused."""

    @dg.asset
    def read(clock: dg.ResourceParam[Clock]):
        pass

    with pytest.raises(dg.DagsterInvalidDefinitionError, match="clock"):
        dg.materialize([read])


def test_takes_the_product_of_a_definition(dg):
    """A `@resource` function's value arrives, not the definition."""

    @dg.resource
    def clock():
        return Clock()

    @dg.asset
    def read(clock: dg.ResourceParam[Clock]):
        return clock.now()

    assert dg.materialize([read], resources={"clock": clock}).asset_value("read") == 12


def test_in_an_op(dg):
    """An op takes a ResourceParam as an asset does."""

    @dg.op
    def read(clock: dg.ResourceParam[Clock]):
        return clock.now()

    @dg.job
    def nightly():
        read()

    assert nightly.execute_in_process(resources={"clock": Clock()}).output_for_node("read") == 12


def _module(dg, source):
    """A module of `source`, in which `dg` and `Clock` are global names."""
    module = types.ModuleType("parity_source")
    module.__dict__.update(dg=dg, Clock=Clock)
    exec(compile(source, "parity_source", "exec"), module.__dict__)  # noqa: S102  # a module of one's own, per side
    return module


def test_a_string_annotation(dg):
    """An annotation written as text is the same annotation."""
    module = _module(dg, "@dg.asset\ndef read(clock: 'dg.ResourceParam[Clock]'):\n    return clock.now()\n")
    assert dg.materialize([module.read], resources={"clock": Clock()}).asset_value("read") == 12


def test_annotations_from_the_future(dg):
    """`from __future__ import annotations` changes nothing for resources."""
    module = _module(
        dg,
        "from __future__ import annotations\n"
        "@dg.asset\ndef read(clock: dg.ResourceParam[Clock]) -> int:\n    return clock.now()\n",
    )
    assert dg.materialize([module.read], resources={"clock": Clock()}).asset_value("read") == 12


def test_optional_inside(dg):
    """`ResourceParam[Optional[T]]` is a resource that may be None."""

    @dg.asset
    def read(clock: dg.ResourceParam[Optional[Clock]]):  # noqa: UP045  # the older spelling is what is held here
        return clock is None

    assert dg.materialize([read], resources={"clock": None}).asset_value("read")


# -- better on purpose -------------------------------------------------------------------------------------------------


def test_a_context_annotation_from_the_future(dg, differs):
    """dagwire reads a context's annotation written as text; Dagster refuses it."""

    def use():
        module = _module(
            dg, "@dg.asset\ndef read(context: 'dg.AssetExecutionContext'):\n    return context.asset_key.path\n"
        )
        return dg.materialize([module.read]).asset_value("read")

    differs(use, dagster=dg.DagsterInvalidDefinitionError, dagwire=["read"])
