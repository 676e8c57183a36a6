"""What a sensor of several assets may ask for, and how it is refused."""

import logging

import pytest

from dagwire import (
    AssetKey,
    DagsterInstance,
    DagsterRun,
    DailyPartitionsDefinition,
    Definitions,
    SkipReason,
    StaticPartitionsDefinition,
    asset,
    build_multi_asset_sensor_context,
    build_run_status_sensor_context,
    materialize,
    multi_asset_sensor,
)
from dagwire.definitions.automation.run_status_context import RunStatusSensorContext
from dagwire.errors import InvalidInvocationError

LETTERS = StaticPartitionsDefinition(["x", "y", "z"])
DAYS = DailyPartitionsDefinition("2026-01-01", end_date="2026-01-03")
KEY = AssetKey("p")


@asset(partitions_def=LETTERS)
def p():
    return 1


@asset
def whole():
    return 1


@asset(partitions_def=DAYS)
def day():
    return 1


DEFS = Definitions([p, whole, day])


def context_of(instance: DagsterInstance, *names: str, cursor: str | None = None):
    keys = [AssetKey(name) for name in names]
    return build_multi_asset_sensor_context(monitored_assets=keys, instance=instance, definitions=DEFS, cursor=cursor)


def test_partitions_after_the_cursor_alone() -> None:
    """The cursor's partition and those before it are left out if that is asked for."""
    instance = DagsterInstance.ephemeral()
    for partition in "yxz":
        materialize([p], instance=instance, partition_key=partition)
    context = context_of(instance, "p")
    [event] = context.materialization_records_for_key(KEY, limit=1)
    context.advance_cursor({KEY: event, AssetKey("p"): event})
    context.advance_cursor({KEY: None})
    context.write_cursor()
    later = context_of(instance, "p", cursor=context.cursor)
    assert list(later.latest_materialization_records_by_partition(KEY)) == ["x", "z"]
    assert list(later.latest_materialization_records_by_partition(KEY, after_cursor_partition=True)) == ["z"]
    later.write_cursor()
    assert not later.cursor_updated


@pytest.mark.parametrize("cursor", ["nonsense", "[1]", '{"a": 3}'])
def test_a_cursor_of_another_form_shows_everything(cursor: str) -> None:
    """Such as the one of the sensor that had the name before."""
    instance = DagsterInstance.ephemeral()
    materialize([whole], instance=instance)
    context = context_of(instance, "whole", cursor=cursor)
    assert context.latest_materialization_records_by_key()[AssetKey("whole")] is not None
    context.advance_cursor(context.latest_materialization_records_by_key())
    context.write_cursor()
    assert context.cursor_updated


def test_what_is_not_known_is_refused() -> None:
    """An asset without partitions, and one that nobody has defined."""
    context = context_of(DagsterInstance.ephemeral(), "p", "whole", "elsewhere")
    assert context.assets_defs_by_key[AssetKey("elsewhere")] is None
    for name in ("whole", "elsewhere"):
        with pytest.raises(InvalidInvocationError, match=f"knows no partitions of asset '{name}'"):
            context.latest_materialization_records_by_partition(AssetKey(name))
        with pytest.raises(InvalidInvocationError, match=f"knows no partitions of asset '{name}'"):
            context.get_downstream_partition_keys("x", KEY, AssetKey(name))


def test_a_function_may_yield_its_answers() -> None:
    """They are listed, and the cursor is written after the last of them."""

    @multi_asset_sensor([AssetKey("whole")])
    def watch(context):
        context.advance_all_cursors()
        yield SkipReason("one")

    instance = DagsterInstance.ephemeral()
    materialize([whole], instance=instance)
    context = context_of(instance, "whole")
    assert watch(context) == [SkipReason("one")]
    assert context.cursor_updated
    assert watch.evaluate_tick(context).skip_message == "one"


def test_a_context_of_a_run_has_a_log() -> None:
    """The logger that it is given, or dagwire's own."""
    own = logging.getLogger("own")
    instance, run = DagsterInstance.ephemeral(), DagsterRun("nightly")
    assert RunStatusSensorContext("alert", run, None, instance, logger=own).log is own
    assert build_run_status_sensor_context("alert", None, instance, run).log.extra == {
        "tick": "A run status sensor context"
    }
