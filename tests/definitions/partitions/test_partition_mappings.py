"""Partition mappings: which partitions of an upstream asset a partition needs."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dagwire as dg
from dagwire.definitions.partitions.default_mapping import inferred_mapping

DAYS = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-03-01")
WEEKS = dg.WeeklyPartitionsDefinition("2024-01-01", end_date="2024-03-01")
MONTHS = dg.MonthlyPartitionsDefinition("2024-01-01", end_date="2024-03-01")
IN_TOKYO = dg.DailyPartitionsDefinition("2024-01-01", timezone="Asia/Tokyo")
HOURS = dg.HourlyPartitionsDefinition("2024-01-01-00:00", end_date="2024-01-03-00:00")
LETTERS = dg.StaticPartitionsDefinition(["a", "b", "c"])
BY_DAY = dg.MultiPartitionsDefinition({"day": DAYS, "letter": LETTERS})
BY_WEEK = dg.MultiPartitionsDefinition({"letter": LETTERS, "week": WEEKS})


def needed(key, downstream, upstream, mapping=None):
    """The upstream keys that a mapping gives for one key; the inferred mapping if none is named."""
    mapping = mapping or inferred_mapping(downstream, upstream)
    assert mapping.mismatch(downstream, upstream) is None
    return mapping.upstream_keys([key], downstream, upstream)


def test_a_coarse_span_needs_all_fine_ones_in_it():
    """A week needs its seven days, a day its 24 hours."""
    assert needed("2024-01-07", WEEKS, DAYS) == [f"2024-01-{day:02}" for day in range(7, 14)]
    assert needed("2024-01-01", DAYS, HOURS) == [f"2024-01-01-{hour:02}:00" for hour in range(24)]


def test_a_fine_span_needs_the_coarse_ones_around_it():
    """A day needs its month; a week that reaches into the next month needs both."""
    assert needed("2024-02-05", DAYS, MONTHS) == ["2024-02-01"]
    assert needed("2024-01-28", WEEKS, MONTHS) == ["2024-01-01", "2024-02-01"]


@given(st.integers(0, 58), st.integers(-3, 3), st.integers(-3, 3))
def test_offsets_move_both_ends_and_stop_at_the_ends_of_time(day, start_offset, end_offset):
    """Days from `start_offset` to `end_offset` around a day, as far as there are such days."""
    date = dt.date(2024, 1, 1) + dt.timedelta(days=day)
    mapping = dg.TimeWindowPartitionMapping(start_offset, end_offset)
    around = [date + dt.timedelta(days=offset) for offset in range(start_offset, end_offset + 1)]
    existing = [each.isoformat() for each in around if DAYS.has_partition_key(each.isoformat())]
    assert needed(date.isoformat(), DAYS, DAYS, mapping) == existing


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_offsets_are_in_spans_of_the_downstream_asset(offset):
    """A month with an offset of one needs the days of the month before or after."""
    months = dg.MonthlyPartitionsDefinition("2024-01-01", end_date="2024-06-01")
    days = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-06-01")
    keys = needed("2024-03-01", months, days, dg.TimeWindowPartitionMapping(offset, offset))
    assert {key[:7] for key in keys} == {f"2024-0{3 + offset}"}
    assert keys[0].endswith("-01")


def test_what_does_not_exist_is_needed_unless_it_is_allowed_to_be_missing():
    """A time window before the first upstream one is still needed; it is left out only if that is allowed."""
    late = dg.DailyPartitionsDefinition("2024-01-10", end_date="2024-02-01")
    allowing = dg.TimeWindowPartitionMapping(allow_nonexistent_upstream_partitions=True)
    assert needed("2024-01-07", WEEKS, late)[0] == "2024-01-07"
    assert needed("2024-01-07", WEEKS, late, allowing) == [f"2024-01-{day}" for day in range(10, 14)]


def test_spans_that_are_left_out_are_not_needed():
    """Weekends that are not partitions upstream are not needed downstream."""
    workdays = dg.DailyPartitionsDefinition("2024-01-01", exclusions=["0 0 * * 0,6"])
    assert needed("2024-01-07", WEEKS, workdays) == [f"2024-01-{day:02}" for day in range(8, 13)]


def test_a_dimension_that_is_shared_is_found():
    """The dimension of equal partitions, else the one of time; all keys of the others are needed."""
    assert needed("2024-01-05", DAYS, BY_DAY) == ["2024-01-05|a", "2024-01-05|b", "2024-01-05|c"]
    assert needed("2024-01-07", WEEKS, BY_DAY)[:3] == ["2024-01-07|a", "2024-01-07|b", "2024-01-07|c"]
    assert needed("2024-01-05|b", BY_DAY, DAYS) == ["2024-01-05"]
    assert needed("2024-01-05|b", BY_DAY, LETTERS) == ["b"]


def test_a_dimension_that_two_could_be_is_to_be_named():
    """If two dimensions have the same partitions, the name decides between them."""
    twice = dg.MultiPartitionsDefinition({"from": LETTERS, "to": LETTERS})
    mapping = dg.MultiToSingleDimensionPartitionMapping()
    assert "partition_dimension_name" in mapping.mismatch(LETTERS, twice)
    named = dg.MultiToSingleDimensionPartitionMapping("to")
    assert needed("a", LETTERS, twice, named) == ["a|a", "b|a", "c|a"]
    assert "'to'" in dg.MultiToSingleDimensionPartitionMapping("too").mismatch(LETTERS, twice)


def test_several_dimensions_on_both_sides():
    """Each upstream dimension follows a downstream one; a dimension that is not named is needed whole."""
    by_week = dg.DimensionPartitionMapping("week", dg.TimeWindowPartitionMapping())
    same = dg.DimensionPartitionMapping("letter", dg.IdentityPartitionMapping())
    both = dg.MultiPartitionMapping({"day": by_week, "letter": same})
    assert needed("a|2024-01-07", BY_WEEK, BY_DAY, both) == [f"2024-01-{day:02}|a" for day in range(7, 14)]
    one = dg.MultiPartitionMapping({"day": dg.DimensionPartitionMapping("week", dg.LastPartitionMapping())})
    assert needed("a|2024-01-07", BY_WEEK, BY_DAY, one) == [f"2024-02-29|{letter}" for letter in "abc"]


@pytest.mark.parametrize(
    ("mapping", "downstream", "upstream", "said"),
    [
        (dg.TimeWindowPartitionMapping(), LETTERS, DAYS, "downstream"),
        (dg.TimeWindowPartitionMapping(), DAYS, LETTERS, "upstream"),
        (dg.TimeWindowPartitionMapping(), None, DAYS, "downstream"),
        (
            dg.TimeWindowPartitionMapping(),
            DAYS,
            IN_TOKYO,
            "Tokyo",
        ),
        (dg.IdentityPartitionMapping(), None, DAYS, "as a whole"),
        (dg.StaticPartitionMapping({"a": "b"}), None, LETTERS, "as a whole"),
        (dg.StaticPartitionMapping({"z": "a"}), LETTERS, LETTERS, "upstream"),
        (dg.StaticPartitionMapping({"a": ["a", "z"]}), LETTERS, LETTERS, "downstream"),
        (dg.MultiToSingleDimensionPartitionMapping(), LETTERS, LETTERS, "multi partitions"),
        (dg.MultiPartitionMapping({}), DAYS, BY_DAY, "both sides"),
        (
            dg.MultiPartitionMapping({"dat": dg.DimensionPartitionMapping("week", dg.AllPartitionMapping())}),
            BY_WEEK,
            BY_DAY,
            "Did you mean 'day'",
        ),
        (
            dg.MultiPartitionMapping({"letter": dg.DimensionPartitionMapping("week", dg.TimeWindowPartitionMapping())}),
            BY_WEEK,
            BY_DAY,
            "upstream",
        ),
    ],
)
def test_a_mapping_that_does_not_fit_says_why(mapping, downstream, upstream, said):
    """A mapping refuses partitions of a kind that it cannot connect, and names that do not exist."""
    assert said in mapping.mismatch(downstream, upstream)


def test_what_holds_where_no_mapping_is_given():
    """Without a mapping, time, the shared dimension or equal keys decide; an unpartitioned asset takes all."""
    assert inferred_mapping(WEEKS, DAYS) == dg.TimeWindowPartitionMapping()
    assert inferred_mapping(LETTERS, BY_DAY) == dg.MultiToSingleDimensionPartitionMapping()
    assert inferred_mapping(BY_WEEK, BY_DAY) == dg.IdentityPartitionMapping()
    assert inferred_mapping(LETTERS, DAYS) == dg.IdentityPartitionMapping()
    assert inferred_mapping(None, DAYS) == dg.AllPartitionMapping()
