"""Upstream partitions of a run: shown by contexts, checked before anything opens."""

import datetime as dt
from functools import partial

import anyio
import pytest

import dagwire as dg
from dagwire.errors import (
    InvalidDefinitionError,
    InvalidInvocationError,
    MissingUpstreamPartitionError,
    PartitionMappingError,
    UnknownNameError,
    UnstoredPartitionError,
)

DAYS = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-03-01")
LETTERS = dg.StaticPartitionsDefinition(["a", "b", "c"])
DAY_BEFORE = dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)


@dg.asset(partitions_def=DAYS)
def count():
    """An asset of days."""
    return 1


def asset_after_count(mapping, partitions=DAYS):
    """An asset that takes the value of `count` by a mapping."""

    @dg.asset(partitions_def=partitions, ins={"count": dg.AssetIn(partition_mapping=mapping)})
    def total(count):
        return count

    return total


def test_a_value_of_another_partition_is_not_taken_for_it():
    """Without an IO manager, a value of another partition than the run makes is refused: it is not in memory."""
    opened = []

    @dg.resource
    def tracked():
        opened.append("opened")

    @dg.asset(partitions_def=DAYS, ins={"count": dg.AssetIn(partition_mapping=DAY_BEFORE)})
    def total(count, tracked: dg.ResourceParam[object]):
        return count

    with pytest.raises(UnstoredPartitionError, match=r"'2024-01-04'.*'2024-01-05'.*io_manager") as refused:
        dg.materialize([count, total], partition_key="2024-01-05", resources={"tracked": tracked})
    assert (refused.value.taken, refused.value.upstream) == (("2024-01-04",), "count")
    assert opened == []


def test_an_op_of_an_asset_takes_no_other_partition_for_its_own():
    """Ops that make an asset together are refused a partition that is not in memory, too."""

    @dg.op
    def take(before):
        return before

    @dg.graph_asset(partitions_def=DAYS, ins={"before": dg.AssetIn("count", partition_mapping=DAY_BEFORE)})
    def total(before):
        return take(before)

    with pytest.raises(UnstoredPartitionError, match="asset 'total'"):
        dg.materialize([count, total], partition_key="2024-01-05")


def test_a_value_of_the_same_partition_is_handed_on_in_memory():
    """A mapping to the very partition that the run makes needs no IO manager."""
    result = dg.materialize([count, asset_after_count(dg.IdentityPartitionMapping())], partition_key="2024-01-05")
    assert result.asset_value("total") == 1


def test_a_mapping_that_does_not_fit_is_told_before_the_run():
    """The message names both assets, the mapping, and why it cannot connect them."""
    total = asset_after_count(dg.StaticPartitionMapping({"a": "z"}), LETTERS)
    up = dg.AssetSpec("count", partitions_def=LETTERS)
    job = dg.define_asset_job("j", selection=[total])
    defs = dg.Definitions(assets=[up, total], jobs=[job], resources={"io_manager": dg.InMemoryIOManager()})
    with pytest.raises(PartitionMappingError, match=r"asset 'total'.*'count'.*StaticPartitionMapping.*'z'"):
        dg.Definitions.validate_loadable(defs)


def test_what_does_not_exist_is_named_with_who_needs_it():
    """The message names the partition that is made, and the needed partitions that do not exist."""

    @dg.asset(partitions_def=DAYS, deps=[dg.AssetSpec("late")])
    def total(context):
        context.asset_partition_keys_for_input("late")

    late = dg.AssetSpec("late", partitions_def=dg.DailyPartitionsDefinition("2024-01-10"))
    with pytest.raises(MissingUpstreamPartitionError, match=r"'total', partition '2024-01-05'.*'late'.*'2024-01-05'"):
        dg.materialize([late, total], selection=["total"], partition_key="2024-01-05")


def test_a_misspelt_input_is_told_the_nearest():
    """An unknown input is refused, and the message names the known ones."""

    @dg.asset(partitions_def=DAYS, deps=[dg.AssetKey(["raw", "count"])])
    def total(context, count):
        assert context.asset_partition_keys_for_input("count") == ["2024-01-05"]
        context.asset_partition_keys_for_input("raw__coutn")

    with pytest.raises(UnknownNameError, match="Did you mean 'raw__count'"):
        dg.materialize([count, total], partition_key="2024-01-05")


def test_a_run_without_a_partition_has_none_of_inputs():
    """A partitioned asset that runs without a key gets an error when it asks for the partitions of an input."""

    @dg.asset(partitions_def=DAYS)
    def total(context, count):
        context.asset_partition_keys_for_input("count")

    with pytest.raises(InvalidInvocationError, match="partition_key"):
        dg.materialize([count, total])


def test_outside_a_run_no_other_assets_are_known():
    """A context built by hand knows the partitions that the body makes, and no other assets."""

    @dg.asset(partitions_def=DAYS)
    def total(context, count):
        assert context.asset_partition_key_for_output() == "2024-01-05"
        context.asset_partition_keys_for_input("count")

    with pytest.raises(InvalidInvocationError, match=r"'count'.*known"):
        total(dg.build_asset_context(partition_key="2024-01-05"), 1)


def test_a_context_built_by_hand_asks_its_instance():
    """A range of dynamic partitions, and a key of several dimensions, are known in a direct call."""
    letters = dg.DynamicPartitionsDefinition(name="letters")

    @dg.asset(partitions_def=letters)
    def of_letters(context):
        return list(context.partition_keys)

    instance = dg.DagsterInstance({"letters": ["a", "b", "c"]})
    context = dg.build_asset_context(instance=instance, partition_key_range=dg.PartitionKeyRange("a", "b"))
    assert of_letters(context) == ["a", "b"]

    @dg.asset(partitions_def=dg.MultiPartitionsDefinition({"day": DAYS, "letter": LETTERS}))
    def of_both(context):
        return context.partition_key.keys_by_dimension

    assert of_both(dg.build_asset_context(partition_key="2024-01-05|a")) == {"day": "2024-01-05", "letter": "a"}


def test_a_run_in_the_caller_s_loop_has_its_instance():
    """`amaterialize(instance=...)` asks the instance for partitions, and shows it to bodies."""

    @dg.asset(partitions_def=dg.DynamicPartitionsDefinition(name="letters"))
    async def of_letters(context):
        context.instance.add_dynamic_partitions("letters", ["b"])

    instance = dg.DagsterInstance({"letters": ["a"]})
    anyio.run(partial(dg.amaterialize, [of_letters], instance=instance, partition_key="a"))
    assert instance.get_dynamic_partitions("letters") == ["a", "b"]


def test_an_op_has_no_partitions_of_assets():
    """The context of an op without asset refuses questions about partitions of assets."""

    @dg.op
    def plain(context):
        context.asset_partition_key_for_output()

    @dg.job
    def plainly():
        plain()

    with pytest.raises(InvalidInvocationError, match="no asset"):
        plainly.execute_in_process()


def test_a_mapping_moves_with_its_asset():
    """An asset with a new prefix or a changed spec keeps its partition mappings."""
    spec = dg.AssetSpec("total", deps=[dg.AssetDep("count", partition_mapping=DAY_BEFORE)])
    assert [dep.partition_mapping for dep in spec.replace_attributes(group_name="g").deps] == [DAY_BEFORE]

    @dg.asset(partitions_def=DAYS, deps=[dg.AssetDep("count", partition_mapping=DAY_BEFORE)])
    def total():
        return None

    key = dg.AssetKey(["raw", "count"])
    moved = total.under({dg.AssetKey("count"): key}, None)
    assert moved.partition_mappings == {key: DAY_BEFORE}


class FirstOfMonth(dg.PartitionMapping):
    """A day takes the first day of its month, of one asset or of two."""

    def get_upstream_mapped_partitions_result_for_partitions(
        self,
        downstream_partitions_subset,
        downstream_partitions_def,
        upstream_partitions_def,
        current_time=None,
        dynamic_partitions_store=None,
    ):
        """The first days."""
        firsts = {f"{key[:7]}-01" for key in downstream_partitions_subset.get_partition_keys()}
        known = upstream_partitions_def.subset_with_partition_keys(firsts)
        missing = firsts - set(known.get_partition_keys())
        return dg.UpstreamPartitionsResult(known, dg.DefaultPartitionsSubset(missing))

    def get_downstream_partitions_for_partitions(self, *arguments, **options):
        """Not asked for by a run."""
        raise NotImplementedError

    def validate_partition_mapping(self, upstream_partitions_def, downstream_partitions_def):
        """Only days have a first of the month."""
        if not isinstance(downstream_partitions_def, dg.DailyPartitionsDefinition):
            raise TypeError("weeks have no first of the month")

    @property
    def description(self):
        """A sentence."""
        return "The first of the month."


def test_a_mapping_of_one_s_own():
    """A PartitionMapping class written for Dagster decides what a run takes; its refusals are reported."""

    @dg.asset(partitions_def=DAYS, deps=[dg.AssetDep(count, partition_mapping=FirstOfMonth())])
    def total(context):
        return context.asset_partition_key_for_input("count")

    assert dg.materialize([count, total], partition_key="2024-02-05").asset_value("total") == "2024-02-01"
    later = dg.DailyPartitionsDefinition("2024-01-10", end_date=DAYS.end)

    @dg.asset(partitions_def=later)
    def late() -> None: ...

    @dg.asset(partitions_def=later, deps=[dg.AssetDep(late, partition_mapping=FirstOfMonth())])
    def takes_too_early(context):
        return context.asset_partition_key_for_input("late")

    with pytest.raises(MissingUpstreamPartitionError, match="2024-01-01"):
        dg.materialize([late, takes_too_early], partition_key="2024-01-11")

    weeks = dg.WeeklyPartitionsDefinition("2024-01-07")

    @dg.asset(partitions_def=weeks, deps=[dg.AssetDep(count, partition_mapping=FirstOfMonth())])
    def weekly() -> None: ...

    with pytest.raises(PartitionMappingError, match="no first of the month"):
        dg.materialize([count, weekly], selection="weekly", partition_key="2024-01-14")


def test_what_is_given_as_an_instance_is_one():
    """An argument that slipped into the place of the instance is refused where it was given."""
    with pytest.raises(InvalidInvocationError, match="DagsterInstance as `instance`, not dict"):
        dg.materialize([count], instance={"days": ["2024-01-01"]}, partition_key="2024-01-01")
    with pytest.raises(InvalidInvocationError, match=r"schedule context.*not datetime"):
        dg.build_schedule_context(dt.datetime(2024, 1, 1, tzinfo=dt.UTC))


@pytest.mark.parametrize("of_what", ["dep", "in"])
def test_what_is_given_as_a_mapping_is_one(of_what):
    """A class that was not called, or something else, is refused where it was written."""

    def declare(mapping):
        return (
            dg.AssetIn(partition_mapping=mapping) if of_what == "in" else dg.AssetDep("up", partition_mapping=mapping)
        )

    with pytest.raises(InvalidDefinitionError, match=r"LastPartitionMapping\(...\)"):
        declare(dg.LastPartitionMapping)
    with pytest.raises(InvalidDefinitionError, match="not 'last'"):
        declare("last")
