"""Graph assets: `@graph_asset` and `@graph_multi_asset`, assets that several ops make together."""

import pytest


@pytest.fixture
def one(dg):
    """An op that returns 1."""

    @dg.op
    def one():
        return 1

    return one


@pytest.fixture
def double(dg):
    """An op that doubles."""

    @dg.op
    def double(x):
        return 2 * x

    return double


@pytest.fixture
def outs(dg):
    """Two assets."""
    return {"low": dg.AssetOut(), "high": dg.AssetOut()}


def materialized(result):
    """The materialized assets, in order."""
    return [event.asset_key.path[-1] for event in result.get_asset_materialization_events()]


def test_assets_of_a_graph_s_outputs(dg, one, double, outs):
    """The function returns the output of an op for each asset; its ops are steps."""

    @dg.graph_multi_asset(outs=outs)
    def both():
        first = one()
        return {"low": first, "high": double(first)}

    result = dg.materialize([both])
    assert both.keys == {dg.AssetKey("low"), dg.AssetKey("high")}
    assert (result.asset_value("low"), result.asset_value("high")) == (1, 2)
    assert result.output_for_node("both", "high") == 2
    assert result.output_for_node("both.double") == 2
    assert materialized(result) == ["low", "high"]
    assert len(result.asset_materializations_for_node("both")) == 2


def test_assets_of_a_tuple(dg, one, double, outs):
    """A graph may return a tuple in place of a dictionary."""

    @dg.graph_multi_asset(outs=outs)
    def both():
        first = one()
        return first, double(first)

    assert dg.materialize([both]).asset_value("high") == 2


def test_upstream_and_downstream_of_a_graph(dg, double, outs):
    """Parameters are upstream assets, also by `ins`; others take the assets' values."""

    @dg.asset
    def raw():
        return 5

    @dg.graph_multi_asset(outs=outs, ins={"start": dg.AssetIn("raw")}, name="pair")
    def both(start):
        return {"low": double(start), "high": double(double(start))}

    @dg.asset
    def report(low, high):
        return low + high

    assert both.asset_deps == {dg.AssetKey("low"): {dg.AssetKey("raw")}, dg.AssetKey("high"): {dg.AssetKey("raw")}}
    result = dg.materialize([raw, both, report])
    assert result.asset_value("report") == 30
    assert result.output_for_node("pair", "low") == 10


def test_what_is_said_of_assets_of_a_graph(dg, one):
    """`AssetOut` sets key and group; `group_name` is the group of the others."""
    said = {"low": dg.AssetOut(key_prefix="a", group_name="own"), "high": dg.AssetOut(key=["b", "c"])}
    with_groups = {"low": dg.AssetOut(), "high": dg.AssetOut()}

    def body():
        return {"low": one(), "high": one()}

    keys = dg.graph_multi_asset(outs=said, name="keys")(body)
    groups = dg.graph_multi_asset(outs=with_groups, name="groups", group_name="all")(body)
    assert keys.keys == {dg.AssetKey(["a", "low"]), dg.AssetKey(["b", "c"])}
    assert set(groups.group_names_by_key.values()) == {"all"}
    assert dg.materialize([keys]).asset_value(["b", "c"]) == 1


def test_one_of_the_ops_fails(dg, one, outs):
    """If one op fails, the assets that do not depend on it are made, and those downstream of them."""

    @dg.op
    def broken(x):
        raise ValueError(x)

    @dg.graph_multi_asset(outs=outs)
    def both():
        first = one()
        return {"low": first, "high": broken(first)}

    @dg.asset
    def report(low):
        return low

    result = dg.materialize([both, report], raise_on_error=False)
    assert materialized(result) == ["low", "report"]
    assert result.get_failed_step_keys() == {"both.broken"}
    assert result.is_node_failed("both")


def test_an_optional_asset_of_a_graph(dg):
    """An asset whose op has no output is not made."""

    @dg.op(out={"x": dg.Out(is_required=False), "y": dg.Out(is_required=False)})
    def maybe():
        yield dg.Output(1, "x")

    @dg.graph_multi_asset(outs={"low": dg.AssetOut(is_required=False), "high": dg.AssetOut(is_required=False)})
    def both():
        x, y = maybe()
        return {"low": x, "high": y}

    result = dg.materialize([both])
    assert result.success
    assert materialized(result) == ["low"]


def test_a_subset_of_a_graph_s_assets(dg, one, double, outs, log):
    """With `can_subset` only the assets asked for are made; without it a selection of some is refused."""

    @dg.op
    def note(x):
        log.append(x)
        return x

    def body():
        first = one()
        return {"low": first, "high": note(double(first))}

    whole = dg.graph_multi_asset(outs=outs, name="whole")(body)
    parts = dg.graph_multi_asset(outs=outs, name="parts", can_subset=True)(body)
    assert materialized(dg.materialize([parts], selection=["low"])) == ["low"]
    assert log == []
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.materialize([whole], selection=["low"])


@pytest.mark.not_carried("Dagster leaves out the ops that another asset needs")
def test_a_subset_that_needs_an_op_of_another_asset(dg, one, double, outs, differs):
    """The ops that a chosen asset needs run, if they make another asset too; Dagster leaves them out, and fails."""

    @dg.graph_multi_asset(outs=outs, can_subset=True)
    def both():
        first = one()
        return {"low": first, "high": double(first)}

    def run():
        with dg_instance(dg) as instance:
            result = dg.materialize([both], selection=["high"], raise_on_error=False, instance=instance)
            return result.success

    differs(run, dagster=False, dagwire=True)


def dg_instance(dg):
    """An instance that has stored nothing yet."""
    return dg.DagsterInstance.ephemeral()


def test_checks_of_a_graph_asset(dg, one, log):
    """The op that makes a check returns its result, which the function returns as `<asset>_<check>`."""

    @dg.op
    def look(x):
        return dg.AssetCheckResult(passed=x > 1, check_name="large", asset_key="rows")

    @dg.graph_asset(check_specs=[dg.AssetCheckSpec("large", asset="rows", blocking=True)])
    def rows():
        value = one()
        return {"result": value, "rows_large": look(value)}

    @dg.asset
    def report(rows):
        log.append("report")

    result = dg.materialize([rows, report], raise_on_error=False)
    assert [(e.check_name, e.passed, e.blocking) for e in result.get_asset_check_evaluations()] == [
        ("large", False, True)
    ]
    assert not result.success
    assert log == []
    assert materialized(result) == ["rows"]


def test_checks_of_a_graph_s_assets(dg, one, double, outs):
    """`@graph_multi_asset` has checks as `@graph_asset` does."""

    @dg.op
    def look(x):
        return dg.AssetCheckResult(passed=True, check_name="fine", asset_key="low")

    @dg.graph_multi_asset(outs=outs, check_specs=[dg.AssetCheckSpec("fine", asset="low")])
    def both():
        first = one()
        return {"low": first, "high": double(first), "low_fine": look(first)}

    result = dg.materialize([both])
    assert [(e.asset_key, e.check_name) for e in result.get_asset_check_evaluations()] == [(dg.AssetKey("low"), "fine")]


@pytest.fixture
def fetch(dg):
    """An op with config."""

    class Load(dg.Config):
        limit: int

    @dg.op
    def fetch(config: Load):
        return config.limit

    return fetch


def test_config_of_a_graph_asset_s_ops(dg, fetch):
    """Config of its ops is under the asset's "ops"; `config=` gives it for good, or maps the asset's own."""

    @dg.graph_asset
    def plain():
        return fetch()

    @dg.graph_asset(config={"fetch": {"config": {"limit": 2}}})
    def fixed():
        return fetch()

    @dg.config_mapping(config_schema={"size": int})
    def by_size(value):
        return {"fetch": {"config": {"limit": 10 * value["size"]}}}

    @dg.graph_asset(config=by_size)
    def mapped():
        return fetch()

    config = {"ops": {"plain": {"ops": {"fetch": {"config": {"limit": 1}}}}, "mapped": {"config": {"size": 3}}}}
    result = dg.materialize([plain, fixed, mapped], run_config=config)
    assert [result.asset_value(name) for name in ("plain", "fixed", "mapped")] == [1, 2, 30]


def test_config_of_a_graph_s_assets(dg, fetch, one, outs):
    """`@graph_multi_asset(config=...)` configures its ops."""

    @dg.graph_multi_asset(outs=outs, config={"fetch": {"config": {"limit": 4}}})
    def both():
        return {"low": one(), "high": fetch()}

    assert dg.materialize([both]).asset_value("high") == 4


def test_hooks_of_a_graph_asset(dg, one, log):
    """`hooks=` are hooks of its ops."""

    @dg.success_hook
    def note(context):
        log.append(context.step_key)

    @dg.graph_asset(hooks={note})
    def rows():
        return one()

    dg.materialize([rows])
    assert log == ["rows.one"]


def test_metadata_of_a_graph_asset(dg):
    """The metadata of the last op's output is the metadata of the asset."""

    @dg.op
    def counted():
        return dg.Output(1, metadata={"rows": 3})

    @dg.op
    def stored():
        return dg.MaterializeResult(metadata={"files": 2})

    @dg.graph_asset
    def rows():
        return counted()

    @dg.graph_asset
    def files():
        return stored()

    result = dg.materialize([rows, files])
    (of_rows,) = result.asset_materializations_for_node("rows")
    (of_files,) = result.asset_materializations_for_node("files")
    assert of_rows.metadata["rows"].value == 3
    assert of_files.metadata["files"].value == 2


def test_resources_and_partitions_of_a_graph_s_assets(dg, outs):
    """Its ops get resources; each asset is made in the run's partition."""

    @dg.op(required_resource_keys={"clock"})
    def now(context):
        return (context.partition_key, context.resources.clock)

    @dg.graph_multi_asset(
        outs=outs,
        resource_defs={"clock": dg.ResourceDefinition.hardcoded_resource(12)},
        partitions_def=dg.StaticPartitionsDefinition(["x", "y"]),
    )
    def both():
        return {"low": now(), "high": now()}

    result = dg.materialize([both], partition_key="x")
    events = result.get_asset_materialization_events()
    assert result.asset_value("low") == ("x", 12)
    assert [event.materialization.partition for event in events] == ["x", "x"]


def test_a_graph_that_returns_too_little(dg, one, outs):
    """The function returns one output for each asset; anything else is refused."""
    for names in (["low"], ["low", "high", "more"]):

        def body():
            return {name: one() for name in names}  # noqa: B023  # called at once

        with pytest.raises(Exception, match=r"output|unmapped"):
            dg.graph_multi_asset(outs=outs, name="both")(body)
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.graph_multi_asset(outs=outs, name="both")(lambda: 5)


def test_a_graph_asset_takes_any_number_of_assets(dg):
    """A body with a `**` parameter takes the assets that `ins` names."""

    @dg.asset
    def first():
        return 1

    @dg.asset
    def second():
        return 2

    @dg.op(ins={"a": dg.In(), "b": dg.In()})
    def added(a, b):
        return a + b

    @dg.graph_asset(ins={"a": dg.AssetIn("first"), "b": dg.AssetIn("second")})
    def total(**values):
        return added(**values)

    assert dg.materialize([first, second, total]).output_for_node("total") == 3


@pytest.mark.not_carried("Dagster refuses an output that its run has not selected")
def test_the_selected_outputs_of_an_op_in_a_subset(dg, log):
    """In a subset of a graph's assets an op is told the outputs that the selected assets need, and the assets."""

    @dg.op(out={"a": dg.Out(is_required=False), "b": dg.Out(is_required=False)})
    def both(context):
        log.append((sorted(context.selected_output_names), sorted(context.selected_asset_keys)))
        for name in context.selected_output_names:
            yield dg.Output(name, name)

    @dg.op
    def shout(word):
        return word + "!"

    @dg.graph_multi_asset(outs={"first": dg.AssetOut(), "second": dg.AssetOut()}, can_subset=True)
    def words():
        a, b = both()
        return {"first": shout(a), "second": shout(b)}

    first, second = dg.AssetKey("first"), dg.AssetKey("second")
    assert dg.materialize([words]).asset_value("second") == "b!"
    assert dg.materialize([words], selection=["second"]).asset_value("second") == "b!"
    assert log == [(["a", "b"], [first, second]), (["b"], [second])]
