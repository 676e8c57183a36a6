"""Values between runs: assets that a run takes and does not make, if no IO manager is provided."""

import os

import pytest


@pytest.fixture
def chain(dg):
    """An asset, and another that takes it."""

    @dg.asset
    def orders():
        return [1, 2, 3]

    @dg.asset
    def total(orders):
        return sum(orders)

    return [orders, total]


def test_a_job_that_takes_an_asset_it_does_not_make_is_valid(dg, chain):
    """Definitions with such a job load: an IO manager is always there."""
    defs = dg.Definitions(assets=chain, jobs=[dg.define_asset_job("totals", ["total"])])
    dg.Definitions.validate_loadable(defs)
    assert defs.resolve_job_def("totals").name == "totals"


def test_a_value_of_an_earlier_run_of_the_instance_is_loaded(dg, chain):
    """Runs of one instance find the values that its earlier runs have left."""
    with dg.instance_for_test() as instance:
        assert dg.materialize(chain, selection=["orders"], instance=instance).success
        assert dg.materialize(chain, selection=["total"], instance=instance).output_for_node("total") == 6
        defs = dg.Definitions(assets=chain, jobs=[dg.define_asset_job("totals", ["total"])])
        assert defs.resolve_job_def("totals").execute_in_process(instance=instance).success


def test_a_value_that_no_run_has_left_fails_the_step(dg, chain):
    """The step that takes it fails, as for a file that is not there."""
    with dg.instance_for_test() as instance:
        result = dg.materialize(chain, selection=["total"], instance=instance, raise_on_error=False)
        assert not result.success
        with pytest.raises(FileNotFoundError):
            dg.materialize(chain, selection=["total"], instance=instance)


def test_a_later_run_replaces_the_value(dg):
    """The latest value counts."""
    values = iter([1, 2])

    @dg.asset
    def drawn():
        return next(values)

    @dg.asset
    def seen(drawn):
        return drawn

    with dg.instance_for_test() as instance:
        for expected in (1, 2):
            dg.materialize([drawn], instance=instance)
            assert (
                dg.materialize([drawn, seen], selection=[seen], instance=instance).output_for_node("seen") == expected
            )


def test_values_of_partitions_are_told_apart(dg):
    """Each partition has its own value; an asset without partitions takes all of them as a dict."""
    days = dg.StaticPartitionsDefinition(["mon", "tue"])

    @dg.asset(partitions_def=days)
    def daily(context):
        return context.partition_key

    @dg.asset(partitions_def=days)
    def copied(daily):
        return daily

    @dg.asset
    def week(daily):
        return dict(daily)

    with dg.instance_for_test() as instance:
        for day in ("mon", "tue"):
            dg.materialize([daily], partition_key=day, instance=instance)
        one = dg.materialize([daily, copied], selection=[copied], partition_key="tue", instance=instance)
        assert one.output_for_node("copied") == "tue"
        whole = dg.materialize([daily, week], selection=[week], instance=instance)
        assert whole.output_for_node("week") == {"mon": "mon", "tue": "tue"}


def test_an_instance_lists_its_assets(dg, chain):
    """`get_asset_keys` lists the assets that runs have made; `has_asset_key` answers for one."""
    with dg.instance_for_test() as instance:
        dg.materialize(chain, selection=["orders"], instance=instance)
        assert instance.get_asset_keys() == [dg.AssetKey("orders")]
        assert instance.has_asset_key(dg.AssetKey("orders"))
        assert not instance.has_asset_key(dg.AssetKey("total"))


def test_an_ephemeral_instance(dg):
    """An instance in memory calls itself ephemeral."""
    assert dg.DagsterInstance.ephemeral().is_ephemeral


def test_the_home_of_an_instance_for_test(dg, monkeypatch, tmp_path):
    """`instance_for_test(set_dagster_home=True)` names its folder in DAGSTER_HOME, and puts the former value back."""
    monkeypatch.setenv("DAGSTER_HOME", "/before")
    with dg.instance_for_test(set_dagster_home=True, temp_dir=str(tmp_path)):
        assert os.environ["DAGSTER_HOME"] == str(tmp_path)
    assert os.environ["DAGSTER_HOME"] == "/before"
    with dg.instance_for_test(set_dagster_home=False):
        assert os.environ["DAGSTER_HOME"] == "/before"


def test_an_event_of_the_instance_is_its_own_entry(dg, chain):
    """`get_dagster_event` of an entry has the asset's key."""
    with dg.instance_for_test() as instance:
        dg.materialize(chain, selection=["orders"], instance=instance)
        entry = instance.get_latest_materialization_event(dg.AssetKey("orders"))
        assert entry.get_dagster_event().asset_key == dg.AssetKey("orders")


def test_a_value_that_the_run_itself_made_is_loaded(dg):
    """`load_asset_value` loads the value of an asset that the same run has made, of one partition, too."""

    @dg.asset
    def orders():
        return [1, 2, 3]

    @dg.asset(partitions_def=dg.StaticPartitionsDefinition(["a", "b"]))
    def parted(context):
        return context.partition_key

    @dg.asset(deps=[orders, parted])
    def loads(context):
        return context.load_asset_value(orders.key), context.load_asset_value(parted.key, partition_key="a")

    assert dg.materialize([orders, parted, loads], partition_key="a").output_for_node("loads") == ([1, 2, 3], "a")


def test_the_instance_knows_what_the_run_has_made(dg):
    """A body that asks the instance of its context sees what the same run has made before it."""

    @dg.asset
    def orders():
        return dg.MaterializeResult(metadata={"rows": 3})

    @dg.asset(deps=[orders])
    def asks(context):
        found = [context.instance.get_latest_materialization_event(key) for key in [orders.key]]
        return found[0].asset_materialization.metadata["rows"].value

    assert dg.materialize([orders, asks]).output_for_node("asks") == 3
