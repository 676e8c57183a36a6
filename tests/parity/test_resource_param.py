"""`ResourceParam`: any object as a resource."""

import types
from collections.abc import Sequence
from typing import Any, Literal, NewType, Optional, Protocol, TypedDict, TypeVar, Union
from unittest import mock

import pytest


class Clock:
    """A plain class, known to neither side."""

    hour = 12

    def now(self):
        return 12


class HasHour(Protocol):
    """A protocol that cannot be checked at run time."""

    hour: int


class Row(TypedDict):
    """A dict of known keys."""

    hour: int


Name = NewType("Name", str)
Product = TypeVar("Product")


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


DECLARED = {
    "any": (Any, 3),
    "optional": (Optional[Any], None),  # noqa: UP045  # the older spelling is what is held here
    "protocol": (HasHour, Clock()),
    "typed dict": (Row, {"hour": 1}),
    "new type": (Name, "ann"),
    "union": (int | str, "text"),
    "union with none": (int | None, None),
    "older union": (Union[int, str], 2),  # noqa: UP007  # as above
    "type": (type[Clock], Clock),
    "list": (list[int], [1]),
    "sequence": (Sequence[int], (1,)),
    "literal": (Literal["a"], "a"),
    "float": (float, 1),
    "type variable": (Product, 3),
}


@pytest.mark.parametrize("kind", DECLARED)
def test_any_annotation_will_do(dg, kind):
    """`ResourceParam` takes annotations that are not classes: protocols, typed dicts, new types, unions, `type[T]`."""
    declared, value = DECLARED[kind]

    def read(thing):
        return thing is value

    read.__annotations__["thing"] = dg.ResourceParam[declared]
    assert dg.materialize([dg.asset(read)], resources={"thing": value}).output_for_node("read")


@pytest.mark.parametrize("name", ["ConfigurableIOManagerFactory", "ResourceDefinition", "IOManagerDefinition"])
def test_the_class_of_a_recipe_is_no_annotation(dg, name):
    """A parameter cannot be annotated by the class of a factory or of a definition, whose product it would receive."""

    def read(thing):
        return thing

    base = getattr(dg, name)
    read.__annotations__["thing"] = type("Kept", (base,), {})
    for decorate in (dg.asset, dg.op):
        with pytest.raises(dg.DagsterInvalidDefinitionError, match="thing"):
            decorate(read)


# -- better on purpose -------------------------------------------------------------------------------------------------


def test_a_context_annotation_from_the_future(dg, differs):
    """dagwire reads a context's annotation written as text; Dagster refuses it."""

    def use():
        module = _module(
            dg, "@dg.asset\ndef read(context: 'dg.AssetExecutionContext'):\n    return context.asset_key.path\n"
        )
        return dg.materialize([module.read]).asset_value("read")

    differs(use, dagster=dg.DagsterInvalidDefinitionError, dagwire=["read"])


@pytest.mark.parametrize(
    ("declared", "value"),
    [(int, "text"), (Clock, 3), (list[int], "a"), (Row, 3)],
    ids=["number", "class", "list", "typed dict"],
)
def test_a_plain_value_of_another_type_is_refused(dg, differs, declared, value):
    """dagwire refuses a number, a text or a collection that cannot be what is declared; Dagster passes it on."""

    def read(thing):
        return thing

    read.__annotations__["thing"] = dg.ResourceParam[declared]
    differs(
        lambda: dg.materialize([dg.asset(read)], resources={"thing": value}).output_for_node("read"),
        dagster=value,
        dagwire=dg.DagsterInvalidDefinitionError,
    )


def test_keys_beside_parameters(dg, tracked, differs):
    """dagwire takes `required_resource_keys` beside resource parameters; Dagster refuses the two together."""

    def use():
        @dg.op(required_resource_keys={"word"})
        def read(context, db: tracked):
            return (context.resources.word, db.name)

        return read(dg.build_op_context(resources={"word": "w"}), db=tracked(name="d"))

    differs(use, dagster=Exception, dagwire=("w", "d"))


def test_a_mock_that_has_a_resource_s_spec(dg, tracked, differs):
    """dagwire passes a mock with the spec of a resource's class on; Dagster takes it for the resource."""
    fake = mock.MagicMock(spec=tracked)
    fake.is_open = "fake"

    class Store(dg.ConfigurableResource):
        db: dg.ResourceDependency[tracked]

    @dg.asset
    def read(db: tracked, store: Store):
        return (db.is_open, store.db.is_open)

    differs(
        lambda: dg.materialize([read], resources={"db": fake, "store": Store(db=fake)}).output_for_node("read"),
        dagster=Exception,
        dagwire=("fake", "fake"),
    )
