"""Time windows: partitions between the ticks of any cron line, in any time zone, at any change of clocks."""

import datetime as dt
import pickle

import pytest

NEW_YORK = "America/New_York"


def cron(dg, line, start="2024-01-01-00:00", end="2024-01-02-00:00", fmt="%Y-%m-%d-%H:%M", **options):
    """Partitions between the ticks of a cron line."""
    return dg.TimeWindowPartitionsDefinition(start=start, end=end, fmt=fmt, cron_schedule=line, **options)


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        ("0 */6 * * *", ["00:00", "06:00", "12:00", "18:00"]),
        ("0 6,14,22 * * *", ["06:00", "14:00"]),
        ("*/20 0 * * *", ["00:00", "00:20", "00:40"]),
        ("15 * * * *", [f"{hour:02}:15" for hour in range(23)]),
        ("0 0 * * *", ["00:00"]),
    ],
)
def test_a_window_between_two_ticks(dg, line, keys):
    """Each tick of `cron_schedule` starts a window, which exists if it ends before the end."""
    partitions = cron(dg, line)
    found = partitions.get_partition_keys()
    assert [key.removeprefix("2024-01-01-") for key in found][: len(keys)] == keys
    assert partitions.get_last_partition_key() == found[-1]
    assert partitions.get_num_partitions() == len(found)
    assert partitions.has_partition_key(found[0])
    assert not partitions.has_partition_key("2024-01-01-00:07")
    window = partitions.time_window_for_partition_key(found[0])
    assert partitions.get_partition_keys_in_time_window(window) == [found[0]]


def test_a_calendar_may_be_written_as_a_cron_line(dg):
    """A cron line of days makes the partitions of DailyPartitionsDefinition, and both are equal."""
    by_line = cron(dg, "30 2 * * *", "2024-01-01", "2024-01-05", "%Y-%m-%d")
    daily = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-01-05", hour_offset=2, minute_offset=30)
    assert by_line == daily
    assert hash(by_line) == hash(daily)
    assert by_line.get_partition_keys() == daily.get_partition_keys()
    assert (by_line.hour_offset, by_line.minute_offset, by_line.schedule_type.value) == (2, 30, "DAILY")
    assert by_line.get_cron_schedule(hour_of_day=5) == "30 5 * * *"
    assert str(by_line) == "Daily, starting 2024-01-01 UTC."


def test_another_line_has_no_offsets(dg):
    """A cron line of another form has no offsets and no other time of day."""
    partitions = cron(dg, "0 */6 * * *")
    assert partitions.schedule_type is None
    assert partitions.get_cron_schedule() == "0 */6 * * *"
    for asked in (lambda: partitions.hour_offset, lambda: partitions.get_cron_schedule(hour_of_day=3)):
        with pytest.raises(Exception, match=r"6"):
            asked()


@pytest.mark.parametrize(
    "options",
    [{}, {"cron_schedule": "x y"}, {"cron_schedule": "0 0 * * *", "hour_offset": 3}, {"cron_schedule": "0 0 * * 9"}],
    ids=["no windows", "not a cron line", "a line and an offset", "no such day"],
)
def test_wrong_windows_are_refused(dg, options):
    """Windows that are declared in no way or in two, or by what is not a cron line, are refused."""
    with pytest.raises(Exception, match="cron"):
        dg.TimeWindowPartitionsDefinition(start="2024-01-01", fmt="%Y-%m-%d", **options)


def test_an_unknown_time_zone_is_refused(dg):
    """A time zone that does not exist is refused when partitions are declared."""
    with pytest.raises(Exception, match="Mars"):
        dg.DailyPartitionsDefinition("2024-01-01", timezone="Mars/Olympus")


def test_an_hour_that_clocks_repeat(dg):
    """The second of two equal hours has its offset in the key, is a partition, and follows the first."""
    night = dg.HourlyPartitionsDefinition("2024-11-03-00:00", end_date="2024-11-03-04:00", timezone=NEW_YORK)
    first, second = "2024-11-03-01:00", "2024-11-03-01:00-0500"
    assert night.get_partition_keys() == [
        "2024-11-03-00:00", first, second, "2024-11-03-02:00", "2024-11-03-03:00",
    ]  # fmt: skip
    assert [night.has_partition_key(key) for key in (first, second, "2024-11-03-01:00-0400")] == [True, True, False]
    assert night.get_next_partition_key(first) == second
    assert night.get_next_partition_key(second) == "2024-11-03-02:00"
    hours = [night.time_window_for_partition_key(key) for key in (first, second)]
    assert [window.start.isoformat() for window in hours] == ["2024-11-03T01:00:00-04:00", "2024-11-03T01:00:00-05:00"]
    assert hours[0].end == hours[1].start


def test_an_hour_that_clocks_skip(dg):
    """An hour that clocks skip has no key; a day that starts in it starts after it."""
    night = dg.HourlyPartitionsDefinition("2024-03-10-00:00", end_date="2024-03-10-04:00", timezone=NEW_YORK)
    assert night.get_partition_keys() == ["2024-03-10-00:00", "2024-03-10-01:00", "2024-03-10-03:00"]
    days = dg.DailyPartitionsDefinition("2024-03-09", hour_offset=2, minute_offset=30, timezone=NEW_YORK)
    starts = [days.time_window_for_partition_key(f"2024-03-{day:02}").start for day in (9, 10, 11)]
    assert [start.strftime("%H:%M%z") for start in starts] == ["02:30-0500", "03:00-0400", "02:30-0400"]


def test_a_day_that_starts_in_a_repeated_hour(dg):
    """A day that starts in an hour which clocks repeat starts in the second."""
    days = dg.DailyPartitionsDefinition("2024-11-02", hour_offset=1, timezone=NEW_YORK)
    assert days.time_window_for_partition_key("2024-11-03").start.isoformat() == "2024-11-03T01:00:00-05:00"


def test_a_format_with_the_offset(dg):
    """A format that has the offset gives each hour its own key."""
    night = dg.HourlyPartitionsDefinition(
        "2024-11-03-00:00-0400", end_date="2024-11-03-02:00-0500", fmt="%Y-%m-%d-%H:%M%z", timezone=NEW_YORK
    )
    assert night.get_partition_keys()[1:] == ["2024-11-03-01:00-0400", "2024-11-03-01:00-0500"]


def test_the_next_and_the_previous(dg):
    """The key after a key, and the windows after and before a moment, as far as they exist."""
    days = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-01-04")
    assert [days.get_next_partition_key(f"2024-01-0{day}") for day in (1, 3)] == ["2024-01-02", None]
    last_end = days.end
    assert days.get_next_partition_window(days.start).start == days.start
    assert days.get_next_partition_window(last_end) is None
    assert days.get_next_partition_window(last_end, respect_bounds=False).start == last_end
    assert days.get_prev_partition_window(last_end).end == last_end
    assert days.get_prev_partition_window(days.start) is None
    assert days.get_prev_partition_window(days.start, respect_bounds=False).end == days.start


def test_windows_before_the_last(dg):
    """A negative `end_offset` leaves out the last finished windows; excluded ones are not counted."""
    now = dt.datetime(2024, 1, 9, 12, tzinfo=dt.UTC)
    short = dg.DailyPartitionsDefinition("2024-01-01", end_offset=-2)
    assert short.get_partition_keys(current_time=now)[-1] == "2024-01-06"
    workdays = dg.DailyPartitionsDefinition("2024-01-01", end_offset=-2, exclusions=["0 0 * * 0,6"])
    assert workdays.get_partition_keys(current_time=now)[-1] == "2024-01-04"
    later = dg.DailyPartitionsDefinition("2024-01-01", end_offset=2, exclusions=["0 0 * * 3"])
    assert later.get_partition_keys(current_time=now)[-1] == "2024-01-11"


def test_a_date_as_a_key(dg):
    """`get_partition_key` writes a date as a key, and refuses one that is not a partition."""
    days = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-01-04")
    assert days.get_partition_key(dt.date(2024, 1, 2)) == "2024-01-02"
    with pytest.raises(Exception, match="2030"):
        days.get_partition_key(dt.date(2030, 1, 2))


def test_a_format_that_is_too_coarse(dg):
    """`validate_partition_definition` refuses a format that gives two windows one key."""
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="%Y-%m"):
        cron(dg, "0 0 * * *", "2024-01", "2024-03", "%Y-%m").validate_partition_definition()
    assert cron(dg, "0 0 * * *", "2024-01-01", "2024-03-01", "%Y-%m-%d").validate_partition_definition() is None


@pytest.mark.parametrize("kind", ["hourly", "weekly", "cron", "static", "dynamic", "multi", "key"])
def test_partitions_are_copied_by_pickle(dg, kind):
    """Definitions and keys are equal to their pickled copies, and print as they do."""
    weekly = dg.WeeklyPartitionsDefinition("2024-01-07", timezone="Europe/Berlin", end_offset=1)
    letters = dg.StaticPartitionsDefinition(["a", "b"])
    made = {
        "hourly": dg.HourlyPartitionsDefinition("2024-01-01-00:00"),
        "weekly": weekly,
        "cron": cron(dg, "0 */6 * * *"),
        "static": letters,
        "dynamic": dg.DynamicPartitionsDefinition(name="airlines"),
        "multi": dg.MultiPartitionsDefinition({"week": weekly, "letter": letters}),
        "key": dg.MultiPartitionKey({"week": "2024-01-07", "letter": "a"}),
    }[kind]
    copied = pickle.loads(pickle.dumps(made))  # noqa: S301  # made here
    assert (copied, hash(copied), repr(copied), str(copied)) == (made, hash(made), repr(made), str(made))


def test_a_copied_key_knows_its_dimensions(dg):
    """A pickled `MultiPartitionKey` keeps the keys of its dimensions."""
    key = dg.MultiPartitionKey({"b": "2", "a": "1"})
    copied = pickle.loads(pickle.dumps(key))  # noqa: S301  # made here
    assert dict(copied.keys_by_dimension) == {"a": "1", "b": "2"}
    assert [(each.dimension_name, each.partition_key) for each in copied.dimension_keys] == [("a", "1"), ("b", "2")]


def test_how_partitions_are_shown(dg):
    """Definitions print their keys or windows, and represent themselves by a call."""
    letters = dg.StaticPartitionsDefinition(["a", "b"])
    days = dg.DailyPartitionsDefinition("2024-01-01", end_offset=2)
    both = dg.MultiPartitionsDefinition({"letter": letters, "day": days})
    assert (str(letters), repr(letters)) == ("'a', 'b'", "StaticPartitionsDefinition(partition_keys=['a', 'b'])")
    assert str(days) == "Daily, starting 2024-01-01 UTC. End offsetted by 2 partitions."
    assert str(both) == f"Multi-partitioned, with dimensions: \nDay: {days} \nLetter: {letters}"
    assert repr(dg.DynamicPartitionsDefinition(name="x")) == "DynamicPartitionsDefinition(partition_fn=None, name='x')"


@pytest.mark.parametrize("keys", [["a", "a"], ["a...b"], ["a\nb"], ["a\0"], [3]], ids=str)
def test_wrong_static_keys_are_refused(dg, keys):
    """Keys that are not text, are there twice, or cannot be written in a range or on one line are refused."""
    with pytest.raises(dg.DagsterError if isinstance(keys[0], str) else Exception):
        dg.StaticPartitionsDefinition(keys)


def test_wrong_dimensions_are_refused(dg):
    """Multi partitions have two dimensions, each a list, time windows or named dynamic partitions, without `|`."""
    letters = dg.StaticPartitionsDefinition(["a"])
    pair = dg.MultiPartitionsDefinition({"x": letters, "y": letters})
    for wrong in (
        {"x": letters},
        {"x": letters, "y": letters, "z": letters},
        {"x": letters, "y": pair},
        {"x": letters, "y": dg.StaticPartitionsDefinition(["a|b"])},
        {"x": letters, "y": dg.DynamicPartitionsDefinition(lambda _: ["a"])},
    ):
        with pytest.raises(dg.DagsterError):
            dg.MultiPartitionsDefinition(wrong)


def test_the_dimensions_of_multi_partitions(dg):
    """Dimensions have a name and partitions; the primary one is that of time."""
    days = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-01-03")
    both = dg.MultiPartitionsDefinition({"a": dg.StaticPartitionsDefinition(["x", "y"]), "day": days})
    assert [each.name for each in both.partitions_defs] == ["a", "day"]
    assert (both.primary_dimension.name, both.secondary_dimension.name) == ("day", "a")
    assert both.has_time_window_dimension
    assert both.time_window_dimension.partitions_def == both.time_window_partitions_def == days
    keys = both.get_multipartition_keys_with_dimension_values("a", ["y"])
    assert keys == ["y|2024-01-01", "y|2024-01-02"]
    assert set(both.filter_valid_partition_keys({"x|2024-01-01", "z|2024-01-01", "x"})) == {"x|2024-01-01"}


def test_a_time_in_another_zone(dg, differs):
    """dagwire converts a start with a time zone to that of the windows; Dagster keeps its wall clock."""
    start = dt.datetime(2024, 1, 1, 5, tzinfo=dt.UTC)
    differs(
        dg.DailyPartitionsDefinition(start, timezone=NEW_YORK).start.isoformat,
        dagster="2024-01-01T05:00:00-05:00",
        dagwire="2024-01-01T00:00:00-05:00",
    )
