"""Partitions: hours, days, weeks, months, lists and combinations."""

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dagwire as dg
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError, UnknownPartitionError, UnreadableDateError

NOW = dt.datetime(2024, 3, 5, 10, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("partitions", "first", "last", "cron"),
    [
        (dg.HourlyPartitionsDefinition("2024-03-05-00:00"), "2024-03-05-00:00", "2024-03-05-09:00", "0 * * * *"),
        (
            dg.HourlyPartitionsDefinition("2024-03-05-00:00", minute_offset=40),
            "2024-03-05-00:40",
            "2024-03-05-08:40",
            "40 * * * *",
        ),
        (dg.DailyPartitionsDefinition("2024-03-01"), "2024-03-01", "2024-03-04", "0 0 * * *"),
        (dg.DailyPartitionsDefinition("2024-03-01", hour_offset=11), "2024-03-01", "2024-03-03", "0 11 * * *"),
        (dg.WeeklyPartitionsDefinition("2024-02-01"), "2024-02-04", "2024-02-25", "0 0 * * 0"),
        (dg.WeeklyPartitionsDefinition("2024-02-01", day_offset=2), "2024-02-06", "2024-02-27", "0 0 * * 2"),
        (dg.MonthlyPartitionsDefinition("2023-12-15"), "2024-01-01", "2024-02-01", "0 0 1 * *"),
        (dg.MonthlyPartitionsDefinition("2023-12-15", day_offset=20), "2023-12-20", "2024-01-20", "0 0 20 * *"),
    ],
    ids=str,
)
def test_spans_that_exist_now(partitions, first, last, cron):
    """The first window starts at or after the start, the last has ended by now, and the cron line fires at the ends."""
    keys = partitions.get_partition_keys(NOW)
    assert (keys[0], keys[-1]) == (first, last)
    assert partitions.get_cron_schedule() == cron
    windows = [partitions.time_window_for_partition_key(key) for key in keys]
    assert all(before.end == after.start for before, after in itertools.pairwise(windows))
    assert windows[-1].end <= NOW


@given(st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1)), st.integers(0, 6), st.integers(0, 23))
def test_every_week_starts_on_its_day(date, day, hour):
    """Weeks start on their day and hour, at or after the start date and less than a week later."""
    start = dt.datetime.combine(date, dt.time(), dt.UTC)
    partitions = dg.WeeklyPartitionsDefinition(start, day_offset=day, hour_offset=hour)
    key = partitions.get_partition_keys(start + dt.timedelta(weeks=3))[0]
    window = partitions.time_window_for_partition_key(key)
    assert dt.timedelta() <= window.start - start < dt.timedelta(weeks=1)
    assert (window.start.isoweekday() % 7, window.start.hour) == (day, hour)


def test_days_are_wall_clock_days():
    """A day on which the clocks change is a day; hours go by real time."""
    zone = "America/New_York"
    day = dg.DailyPartitionsDefinition("2024-03-09", timezone=zone).time_window_for_partition_key("2024-03-10")
    assert (day.end.astimezone(dt.UTC) - day.start.astimezone(dt.UTC)) == dt.timedelta(hours=23)
    hours = dg.HourlyPartitionsDefinition("2024-03-10-00:00", timezone=zone)
    keys = hours.get_partition_keys(dt.datetime(2024, 3, 10, 4, tzinfo=ZoneInfo(zone)))
    assert keys == ["2024-03-10-00:00", "2024-03-10-01:00", "2024-03-10-03:00"]


def test_a_key_exists_or_not():
    """A key must be readable, written in the form of keys, and name a time window that exists."""
    days = dg.DailyPartitionsDefinition("2024-03-01", end_date="2024-03-05")
    assert days.has_partition_key("2024-03-04")
    for strange in ("2024-03-05", "2024-02-29", "2024-3-4", "yesterday"):
        assert not days.has_partition_key(strange)


def test_a_wrong_date_is_told_with_its_form():
    """An unreadable date is refused, and the message shows the right form."""
    with pytest.raises(UnreadableDateError, match="%Y-%m-%d"):
        dg.DailyPartitionsDefinition("01.03.2024")


def test_months_start_on_a_day_that_every_month_has():
    """Day 31 is refused at declaration, not in February."""
    with pytest.raises(InvalidDefinitionError, match="1 to 28"):
        dg.MonthlyPartitionsDefinition("2024-01-01", day_offset=31)


def test_a_time_that_spans_do_not_have_is_refused():
    """A schedule of days takes no day of the month."""
    with pytest.raises(InvalidDefinitionError, match="day_of_month"):
        dg.DailyPartitionsDefinition("2024-01-01").get_cron_schedule(day_of_month=3)


def test_a_range_has_both_ends():
    """A range includes both ends; a reversed one is empty; an unknown end is refused."""
    letters = dg.StaticPartitionsDefinition(["a", "b", "c"])
    assert letters.get_partition_keys_in_range(dg.PartitionKeyRange("a", "b")) == ["a", "b"]
    assert letters.get_partition_keys_in_range(dg.PartitionKeyRange("b", "a")) == []
    with pytest.raises(UnknownPartitionError, match="'x'"):
        letters.get_partition_keys_in_range(dg.PartitionKeyRange("a", "x"))


@pytest.mark.parametrize("keys", [["a", "a"], ["a\nb"], ["a...b"], [3]])
def test_static_keys_that_are_refused(keys):
    """A key that is there twice, is not text, or cannot be written in a range or on a line, is refused."""
    with pytest.raises(InvalidDefinitionError):
        dg.StaticPartitionsDefinition(keys)


def test_equal_by_what_they_give():
    """Definitions of the same kind and arguments are equal, and hash so."""
    one, other = (dg.DailyPartitionsDefinition("2024-01-01") for _ in range(2))
    assert one == other
    assert len({one, other}) == 1
    assert one != dg.WeeklyPartitionsDefinition("2024-01-01")


def test_several_dimensions():
    """Each combination has a key, dimensions in the order of their names; the window is that of the time dimension."""
    partitions = dg.MultiPartitionsDefinition(
        {"market": dg.StaticPartitionsDefinition(["x", "y"]), "date": dg.DailyPartitionsDefinition("2024-03-01")}
    )
    keys = partitions.get_partition_keys(dt.datetime(2024, 3, 3, tzinfo=dt.UTC))
    assert keys == ["2024-03-01|x", "2024-03-01|y", "2024-03-02|x", "2024-03-02|y"]
    assert keys[0].keys_by_dimension == {"date": "2024-03-01", "market": "x"}
    assert partitions.time_window_for_partition_key("2024-03-02|y").start == dt.datetime(2024, 3, 2, tzinfo=dt.UTC)
    assert partitions.has_partition_key("2024-03-01|x")
    assert not partitions.has_partition_key("2024-03-01|z")
    with pytest.raises(UnknownPartitionError):
        partitions.get_partition_key_from_str("2024-03-01")
    with pytest.raises(InvalidInvocationError, match="has two dimensions"):
        dg.MultiPartitionsDefinition({"one": dg.StaticPartitionsDefinition(["x"])})


def test_a_backfill_policy_says_how_many_at_once():
    """`single_run` has no limit, `multi_run` has one."""
    assert dg.BackfillPolicy.single_run().policy_type.value == "SINGLE_RUN"
    assert dg.BackfillPolicy.multi_run(3).max_partitions_per_run == 3


def test_requests_are_applied_to_an_instance():
    """The caller who starts a sensor's runs applies its requests first: keys are added and deleted."""
    airlines = dg.DynamicPartitionsDefinition(name="airlines")
    instance = dg.DagsterInstance({"airlines": ["a", "b"]})
    for request in (airlines.build_delete_request(["a", "z"]), airlines.build_add_request(["c", "b"])):
        request.apply_to(instance)
    assert instance.get_dynamic_partitions("airlines") == ["b", "c"]


def test_a_name_given_as_a_function_is_told_how():
    """`DynamicPartitionsDefinition("airlines")` would give the function; the message suggests `name=`."""
    with pytest.raises(InvalidDefinitionError, match="name="):
        dg.DynamicPartitionsDefinition("airlines")


def test_partitions_of_a_function_see_the_time():
    """`partition_fn` is called with the time of the call, or else with that of the surrounding block."""
    seen = []
    partitions = dg.DynamicPartitionsDefinition(lambda time: seen.append(time) or [])
    partitions.get_partition_keys(NOW)
    with dg.partition_loading_context(effective_dt=NOW):
        partitions.get_partition_keys()
    assert seen == [NOW, NOW]


EVERY_KIND = [
    dg.HourlyPartitionsDefinition("2024-03-05-00:00", minute_offset=40),
    dg.DailyPartitionsDefinition("2024-03-01", hour_offset=11),
    dg.WeeklyPartitionsDefinition("2024-02-01", day_offset=2, hour_offset=4),
    dg.MonthlyPartitionsDefinition("2023-12-15", day_offset=20),
    dg.MonthlyPartitionsDefinition("2023-12-15", day_offset=28, end_offset=2),
    dg.DailyPartitionsDefinition("2024-03-01", end_offset=-1, exclusions=["0 0 3-7 * *"]),
    dg.DailyPartitionsDefinition("2024-03-01", end_date="2024-03-04"),
    dg.DailyPartitionsDefinition("2024-03-01", exclusions=["* * * * *"]),
]


@given(st.sampled_from(EVERY_KIND), st.datetimes(dt.datetime(2024, 2, 20), dt.datetime(2024, 5, 1)))
def test_the_last_window_is_that_of_the_last_key(partitions, naive):
    """The last window, which is found without counting, is that of the last of all keys at any time."""
    now = naive.replace(tzinfo=dt.UTC)
    keys = partitions.get_partition_keys(now)
    window = partitions.get_last_partition_window(now)
    assert window == (partitions.time_window_for_partition_key(keys[-1]) if keys else None)
    assert partitions.get_last_partition_key(now) == (keys[-1] if keys else None)


@given(st.sampled_from(EVERY_KIND), st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2024, 5, 1)))
def test_every_moment_lies_in_one_span(partitions, naive):
    """The window at a moment starts at or before it and ends after it."""
    moment = naive.replace(tzinfo=dt.UTC)
    window = partitions.window_at(moment)
    assert window.start <= moment < window.end
    ending = partitions.window_ending_at(moment)
    assert ending.start < moment <= ending.end
    assert partitions.moved(ending.start, 1) == ending.end
    assert partitions.moved(ending.end, -1) == ending.start


def test_an_exclusion_of_another_kind_is_refused():
    """An exclusion is a datetime or a cron line; a date is refused."""
    with pytest.raises(InvalidDefinitionError, match="2024-01-03"):
        dg.DailyPartitionsDefinition("2024-01-01", exclusions=[dt.date(2024, 1, 3)])


def test_an_unknown_dimension_is_named():
    """A dimension that does not exist is refused with the nearest that does."""
    partitions = dg.MultiPartitionsDefinition(
        {"market": dg.StaticPartitionsDefinition(["x"]), "date": dg.DailyPartitionsDefinition("2024-03-01")}
    )
    with pytest.raises(InvalidDefinitionError, match="Did you mean 'market'"):
        partitions.get_multipartition_keys_with_dimension_value("markt", "x")
