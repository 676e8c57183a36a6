"""`@asset`, `@multi_asset`, `@graph_asset` and their checks: their specs, and the definitions that are refused."""

import pytest

import dagwire as dg
from dagwire.errors import DuplicateDefinitionError, InvalidDefinitionError, InvalidNameError, InvariantViolationError


def test_a_spec_of_one_asset():
    """The arguments of the decorator are attributes of the one spec."""

    @dg.asset(owners=["team:data"], kinds={"duckdb"}, tags={"tier": "1"}, code_version="2")
    def rows():
        """Rows."""

    assert rows.spec.key == dg.AssetKey("rows")
    assert rows.spec.kinds == {"duckdb"}
    assert rows.spec.owners == ["team:data"]
    assert (rows.spec.code_version, rows.spec.description) == ("2", "Rows.")


@pytest.mark.parametrize("owner", ["someone", "a@b", "team"])
def test_an_owner_that_is_none_is_refused(owner):
    """Owners are email addresses or teams."""
    with pytest.raises(InvalidDefinitionError, match="owner"):
        dg.AssetSpec("rows", owners=[owner])


@pytest.mark.parametrize("name", ["", "a b", "a/b", "ü", "config", "lambda"])
def test_names_that_are_refused(name):
    """A name with other characters, or one that has a meaning of its own, is refused at declaration."""
    with pytest.raises(InvalidNameError):
        dg.asset(lambda: 1, name=name)


def test_a_longer_key_may_have_reserved_parts():
    """The reserved names are those of steps, and a step of a longer key has another name."""
    made = dg.asset(lambda: 1, key=["raw", "config"])
    assert made.name == "raw__config"


def test_ins_that_name_no_parameter_are_refused():
    """`ins` names parameters; any other name is refused."""
    with pytest.raises(InvalidDefinitionError, match="no such parameter"):
        dg.asset(lambda rows: 1, name="x", ins={"row": dg.AssetIn()})


def test_an_asset_in_with_a_prefix():
    """`AssetIn(key_prefix=...)` puts parts before the parameter's name."""
    made = dg.asset(lambda rows: 1, name="x", ins={"rows": dg.AssetIn(key_prefix="raw")})
    assert made.input_keys == {"rows": dg.AssetKey(["raw", "rows"])}
    with pytest.raises(InvalidDefinitionError, match="not both"):
        dg.asset(lambda rows: 1, name="x", ins={"rows": dg.AssetIn(key="a", key_prefix="raw")})


def test_an_asset_cannot_come_before_itself():
    """A key among its own dependencies is refused at declaration."""
    with pytest.raises(InvalidDefinitionError, match="depends on itself"):
        dg.asset(lambda: 1, name="rows", deps=["rows"])


def test_several_assets_have_no_one_key():
    """`key` and `spec` belong to a single asset; the error names what to read instead."""

    @dg.multi_asset(specs=[dg.AssetSpec("a"), dg.AssetSpec("b", deps=["a"])])
    def both():
        pass

    assert both.keys == {dg.AssetKey("a"), dg.AssetKey("b")}
    assert both.dependency_keys == set()
    with pytest.raises(InvariantViolationError, match="read `keys`"):
        _ = both.key


def test_a_multi_asset_is_of_specs_or_outs():
    """`specs` and `outs` exclude one another, and one of them is needed."""
    for given in ({}, {"specs": [dg.AssetSpec("a")], "outs": {"a": dg.AssetOut()}}):
        with pytest.raises(InvalidDefinitionError, match="`specs`, or `outs`"):
            dg.multi_asset(name="x", **given)(lambda: None)


def test_one_key_twice_in_a_multi_asset_is_refused():
    """Two outputs cannot be one asset."""
    with pytest.raises(DuplicateDefinitionError):
        dg.multi_asset(outs={"a": dg.AssetOut(key="k"), "b": dg.AssetOut(key="k")}, name="x")(lambda: (1, 2))


def test_outs_say_what_specs_say():
    """`AssetOut` becomes a spec, its key the output's name with the prefix."""

    @dg.multi_asset(outs={"a": dg.AssetOut(key_prefix="raw", is_required=False, tags={"t": "1"})}, group_name="g")
    def one():
        return 1

    assert one.keys_by_output_name == {"a": dg.AssetKey(["raw", "a"])}
    assert one.spec.skippable
    assert one.spec.group_name == "g"
    assert one.spec.tags == {"t": "1"}


def test_check_specs_are_of_the_function_s_own_assets():
    """A check inside an asset cannot be of another asset."""
    with pytest.raises(InvalidDefinitionError, match="makes only"):
        dg.asset(lambda: 1, name="rows", check_specs=[dg.AssetCheckSpec("some", asset="other")])


def test_a_graph_asset_returns_an_output():
    """The value of a graph asset is the output of an op; anything else is refused."""
    with pytest.raises(InvalidDefinitionError):

        @dg.graph_asset
        def rows():
            pass


def test_a_graph_asset_is_not_called():
    """A graph asset is not called directly; the error advises to call its ops or to materialize it."""

    @dg.op
    def one():
        return 1

    @dg.graph_asset
    def rows():
        return one()

    with pytest.raises(dg.DagsterInvalidInvocationError, match="call these"):
        rows()
