"""Instances: the runs and the materializations that they have seen."""

import pytest


@pytest.fixture
def instance(dg):
    """An instance of this test alone; Dagster's other tests share one."""
    with dg.instance_for_test() as own:
        yield own


@pytest.fixture
def runs(dg, instance):
    """Two runs of an asset, one of each of two partitions, and one that failed; the first two have tags."""

    @dg.asset
    def plain():
        return dg.MaterializeResult(metadata={"n": 1})

    @dg.asset(partitions_def=dg.StaticPartitionsDefinition(["p", "q"]))
    def parted():
        pass

    @dg.asset
    def broken():
        raise ValueError

    return [
        dg.materialize([plain], instance=instance, tags={"k": "first"}),
        dg.materialize([plain], instance=instance, tags={"k": "second"}),
        dg.materialize([parted], instance=instance, partition_key="p"),
        dg.materialize([parted], instance=instance, partition_key="q"),
        dg.materialize([broken], instance=instance, raise_on_error=False),
    ]


def ids(found):
    """The ids of runs."""
    return [run.run_id for run in found]


def test_the_runs_of_an_instance(dg, instance, runs):
    """`get_runs` returns the runs of an instance, the latest first, with their ends."""
    assert ids(instance.get_runs()) == ids(reversed(runs))
    assert ids(instance.get_runs(ascending=True, limit=2)) == ids(runs[:2])
    assert ids(instance.get_runs(cursor=runs[2].run_id)) == ids([runs[1], runs[0]])
    assert [run.status for run in instance.get_runs(limit=2)] == [
        dg.DagsterRunStatus.FAILURE,
        dg.DagsterRunStatus.SUCCESS,
    ]
    assert instance.get_runs_count() == len(runs)


def test_one_run_of_an_instance(dg, instance, runs):
    """`get_run_by_id` returns a run with its tags and status, and None for an id that there is not."""
    found = instance.get_run_by_id(runs[0].run_id)
    assert (found.run_id, found.tags["k"], found.status) == (runs[0].run_id, "first", dg.DagsterRunStatus.SUCCESS)
    assert instance.has_run(runs[0].run_id)
    assert instance.get_run_by_id("other") is None
    assert not instance.has_run("other")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (lambda dg, _: {"statuses": [dg.DagsterRunStatus.FAILURE]}, [4]),
        (lambda _, __: {"tags": {"k": "second"}}, [1]),
        (lambda _, __: {"tags": {"k": ["first", "second"]}}, [1, 0]),
        (lambda _, runs: {"run_ids": [runs[0].run_id, runs[3].run_id]}, [3, 0]),
        (lambda _, __: {"job_name": "other"}, []),
    ],
    ids=["status", "tag", "one of several tags", "ids", "job"],
)
def test_a_filter_of_runs(dg, instance, runs, wanted, expected):
    """A `RunsFilter` keeps the runs that match all its parts."""
    filters = dg.RunsFilter(**wanted(dg, runs))
    assert ids(instance.get_runs(filters=filters)) == ids(runs[number] for number in expected)
    assert instance.get_runs_count(filters) == len(expected)


def test_fetched_materializations(dg, instance, runs):
    """`fetch_materializations` returns pages of records, the latest first; a cursor gets the next page."""
    key = dg.AssetKey("plain")
    page = instance.fetch_materializations(key, limit=1)
    assert isinstance(page, dg.EventRecordsResult)
    (record,) = page.records
    assert (record.run_id, record.asset_key, record.partition_key) == (runs[1].run_id, key, None)
    assert record.asset_materialization.metadata["n"].value == 1
    assert record.event_log_entry.asset_materialization == record.asset_materialization
    assert page.has_more
    rest = instance.fetch_materializations(key, limit=5, cursor=page.cursor)
    assert [one.run_id for one in rest.records] == [runs[0].run_id]
    assert not rest.has_more
    assert rest.records[0].storage_id < record.storage_id
    assert rest.records[0].timestamp <= record.timestamp


def test_fetched_materializations_from_the_oldest(dg, instance, runs):
    """`ascending=True` begins with the oldest, and a cursor goes on from there."""
    key = dg.AssetKey("plain")
    first = instance.fetch_materializations(key, limit=1, ascending=True)
    second = instance.fetch_materializations(key, limit=1, ascending=True, cursor=first.cursor)
    assert [first.records[0].run_id, second.records[0].run_id] == [runs[0].run_id, runs[1].run_id]


def test_a_filter_of_materializations(dg, instance, runs):
    """An `AssetRecordsFilter` keeps the materializations of some partitions, or of some time."""
    key = dg.AssetKey("parted")

    def partitions(**wanted):
        found = instance.fetch_materializations(dg.AssetRecordsFilter(asset_key=key, **wanted), limit=9)
        return [record.partition_key for record in found.records]

    assert partitions() == ["q", "p"]
    assert partitions(asset_partitions=["p"]) == ["p"]
    first = instance.fetch_materializations(key, limit=1, ascending=True).records[0]
    assert partitions(after_storage_id=first.storage_id) == ["q"]
    assert partitions(before_timestamp=first.timestamp) == []
    assert instance.get_materialized_partitions(key) == {"p", "q"}
    assert runs[2].run_id == first.run_id


def test_event_records(dg, instance, runs):
    """`get_event_records` returns the materializations of an asset, or of all."""
    made = dg.DagsterEventType.ASSET_MATERIALIZATION
    wanted = dg.EventRecordsFilter(event_type=made, asset_key=dg.AssetKey("plain"))
    records = instance.get_event_records(wanted)
    assert isinstance(records[0], dg.EventLogRecord)
    assert [record.run_id for record in records] == [runs[1].run_id, runs[0].run_id]
    (oldest,) = instance.get_event_records(wanted, limit=1, ascending=True)
    assert oldest.run_id == runs[0].run_id
    everything = instance.get_event_records(dg.EventRecordsFilter(made))
    assert [record.asset_key.to_user_string() for record in everything] == ["parted", "parted", "plain", "plain"]
    later = dg.EventRecordsFilter(made, after_cursor=oldest.storage_id, asset_key=dg.AssetKey("plain"))
    assert [record.run_id for record in instance.get_event_records(later)] == [runs[1].run_id]


def test_events_that_an_instance_does_not_keep(dg, differs):
    """An instance of dagwire keeps materializations; a filter for other events is refused."""
    failures = dg.DagsterEventType.STEP_FAILURE

    def ask():
        return dg.EventRecordsFilter(failures).event_type

    differs(ask, dagster=failures, dagwire=dg.DagsterInvalidInvocationError)


def test_the_latest_of_several_assets(dg, instance, runs):
    """`get_latest_materialization_events` returns the latest of each asset that was made."""
    keys = [dg.AssetKey("plain"), dg.AssetKey("other")]
    assert list(instance.get_latest_materialization_events(keys)) == keys[:1]
    assert len(runs) == 5


def test_assets_are_wiped(dg, instance, runs):
    """`wipe_assets` forgets the materializations of an asset and those alone."""
    key = dg.AssetKey("plain")
    instance.wipe_assets([key])
    assert not instance.has_asset_key(key)
    assert instance.get_latest_materialization_event(key) is None
    assert instance.fetch_materializations(key, limit=9).records == []
    assert instance.get_materialized_partitions(dg.AssetKey("parted")) == {"p", "q"}
    assert runs[0].success


def test_a_materialization_from_elsewhere_is_fetched(dg, instance):
    """A reported materialization is a record without a run."""
    instance.report_runless_asset_event(dg.AssetMaterialization("ext", metadata={"n": 2}))
    (record,) = instance.fetch_materializations(dg.AssetKey("ext"), limit=1).records
    assert (record.run_id, record.asset_materialization.metadata["n"].value) == ("", 2)
