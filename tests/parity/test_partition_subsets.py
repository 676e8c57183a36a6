"""Subsets of partitions, and partition mappings asked directly."""

import pytest


@pytest.fixture
def letters(dg):
    """Four letters."""
    return dg.StaticPartitionsDefinition(["a", "b", "c", "d"])


@pytest.fixture
def days(dg):
    """Nine days."""
    return dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-01-10")


def test_a_subset_has_keys(letters):
    """A subset knows its keys, the keys it lacks, and the ranges that they are."""
    some = letters.subset_with_partition_keys(["d", "a", "b"])
    assert set(some.get_partition_keys()) == {"a", "b", "d"}
    assert ("a" in some, "c" in some, len(some), some.is_empty) == (True, False, 3, False)
    assert list(some.get_partition_keys_not_in_subset(letters)) == ["c"]
    assert [tuple(each) for each in some.get_partition_key_ranges(letters)] == [("a", "b"), ("d", "d")]
    assert letters.empty_subset().is_empty
    assert set(letters.subset_with_all_partitions().get_partition_keys()) == {"a", "b", "c", "d"}


def test_subsets_are_combined(letters):
    """Subsets have the operators of sets, and are equal if their keys are."""

    def of(*keys):
        return letters.subset_with_partition_keys(keys)

    assert of("a", "b") | of("c") == of("c", "a", "b")
    assert of("a", "b") & of("b", "c") == of("b")
    assert of("a", "b") - of("b") == of("a")
    assert of("a").with_partition_keys(["b"]) == of("a", "b")
    assert of("a") != of("b")
    assert repr(of("a")) == "DefaultPartitionsSubset(subset={'a'})"


def test_a_subset_of_time_windows(dg, days):
    """A subset of time windows is in order, merges windows that touch, and leaves out what does not exist."""
    some = days.subset_with_partition_keys(["2024-01-07", "2024-01-03", "2024-01-02", "2030-01-01"])
    assert list(some.get_partition_keys()) == ["2024-01-02", "2024-01-03", "2024-01-07"]
    ranges = [("2024-01-02", "2024-01-03"), ("2024-01-07", "2024-01-07")]
    assert [tuple(each) for each in some.get_partition_key_ranges(days)] == ranges
    assert [window.start.day for window in some.included_time_windows] == [2, 7]
    assert days.partitions_subset_class is type(some)
    assert len(days.subset_with_all_partitions()) == 9
    whole = days.empty_subset().with_partition_key_range(days, dg.PartitionKeyRange("2024-01-02", "2024-01-03"))
    assert some - whole == days.subset_with_partition_keys(["2024-01-07"])
    assert (some & whole) == whole
    assert (whole | some) == some


@pytest.fixture
def ask(dg):
    """The upstream or downstream keys of a mapping."""

    def upstream(mapping, keys, downstream, up):
        subset = None if downstream is None else downstream.subset_with_partition_keys(keys)
        result = mapping.get_upstream_mapped_partitions_result_for_partitions(subset, downstream, up)
        return sorted(result.partitions_subset.get_partition_keys()), sorted(
            result.required_but_nonexistent_partition_keys
        )

    def downstream(mapping, keys, up, down):
        subset = up.subset_with_partition_keys(keys)
        return sorted(mapping.get_downstream_partitions_for_partitions(subset, up, down).get_partition_keys())

    return upstream, downstream


def test_time_windows_both_ways(dg, days, ask):
    """Time windows map to overlapping ones, up and down, with offsets; what does not exist is listed."""
    upstream, downstream = ask
    weeks = dg.WeeklyPartitionsDefinition("2023-12-31", end_date="2024-01-14")
    lag = dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)
    plain = dg.TimeWindowPartitionMapping()
    assert upstream(plain, ["2024-01-07"], weeks, days)[0] == ["2024-01-07", "2024-01-08", "2024-01-09"]
    assert upstream(plain, ["2024-01-07"], weeks, days)[1] == [f"2024-01-1{day}" for day in range(4)]
    assert upstream(lag, ["2024-01-05"], days, days) == (["2024-01-04"], [])
    assert upstream(lag, ["2024-01-01"], days, days) == ([], [])
    assert downstream(plain, ["2024-01-02", "2024-01-08"], days, weeks) == ["2023-12-31", "2024-01-07"]
    assert downstream(lag, ["2024-01-04"], days, days) == ["2024-01-05"]
    assert downstream(lag, ["2024-01-09"], days, days) == []
    later = dg.DailyPartitionsDefinition("2024-01-05", end_date="2024-01-10")
    assert upstream(plain, ["2024-01-03", "2024-01-06"], days, later) == (["2024-01-06"], ["2024-01-03"])
    lenient = dg.TimeWindowPartitionMapping(allow_nonexistent_upstream_partitions=True)
    assert upstream(lenient, ["2024-01-03", "2024-01-06"], days, later) == (["2024-01-06"], [])


def test_offsets_skip_excluded_windows(dg, ask):
    """An offset counts the windows that are not excluded: the workday before Monday is Friday."""
    upstream, downstream = ask
    workdays = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-02-01", exclusions=["0 0 * * 0,6"])
    before = dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)
    assert upstream(before, ["2024-01-08"], workdays, workdays) == (["2024-01-05"], [])
    assert downstream(before, ["2024-01-05"], workdays, workdays) == ["2024-01-08"]
    after = dg.TimeWindowPartitionMapping(start_offset=1, end_offset=1)
    assert upstream(after, ["2024-01-05"], workdays, workdays) == (["2024-01-08"], [])


def test_other_mappings_both_ways(dg, letters, days, ask):
    """Identity, all, last, some and a table map up and down."""
    upstream, downstream = ask
    vowels = dg.StaticPartitionsDefinition(["a", "e"])
    assert upstream(dg.IdentityPartitionMapping(), ["a", "e"], vowels, letters) == (["a"], ["e"])
    assert downstream(dg.IdentityPartitionMapping(), ["a", "b"], letters, vowels) == ["a"]
    assert len(upstream(dg.AllPartitionMapping(), ["a"], letters, days)[0]) == 9
    assert len(upstream(dg.AllPartitionMapping(), [], None, days)[0]) == 9
    assert downstream(dg.AllPartitionMapping(), ["2024-01-01"], days, vowels) == ["a", "e"]
    assert downstream(dg.AllPartitionMapping(), [], days, vowels) == []
    assert upstream(dg.LastPartitionMapping(), ["a"], vowels, letters)[0] == ["d"]
    assert downstream(dg.LastPartitionMapping(), ["a"], letters, vowels) == []
    assert downstream(dg.LastPartitionMapping(), ["d"], letters, vowels) == ["a", "e"]
    some = dg.SpecificPartitionsPartitionMapping(["b"])
    assert upstream(some, ["a"], vowels, letters)[0] == ["b"]
    assert [downstream(some, [key], letters, vowels) for key in "ab"] == [[], ["a", "e"]]
    table = dg.StaticPartitionMapping({"a": "a", "b": ["a", "e"]})
    assert upstream(table, ["e"], vowels, letters)[0] == ["b"]
    assert [downstream(table, [key], letters, vowels) for key in "abc"] == [["a"], ["a", "e"], []]


def test_dimensions_both_ways(dg, days, ask):
    """Multi partitions and single ones map by the shared dimension, multi partitions dimension by dimension."""
    upstream, downstream = ask
    two = dg.StaticPartitionsDefinition(["x", "y"])
    both = dg.MultiPartitionsDefinition({"day": days, "two": two})
    shared = dg.MultiToSingleDimensionPartitionMapping("two")
    assert len(upstream(shared, ["x"], two, both)[0]) == 9
    assert upstream(shared, ["2024-01-02|x"], both, two)[0] == ["x"]
    assert downstream(shared, ["2024-01-02|x"], both, two) == ["x"]
    assert len(downstream(shared, ["y"], two, both)) == 9
    each = dg.MultiPartitionMapping(
        {
            "day": dg.DimensionPartitionMapping("day", dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)),
            "two": dg.DimensionPartitionMapping("two", dg.IdentityPartitionMapping()),
        }
    )
    assert upstream(each, ["2024-01-03|y"], both, both)[0] == ["2024-01-02|y"]
    assert downstream(each, ["2024-01-03|y"], both, both) == ["2024-01-04|y"]


def test_mappings_refuse_what_they_cannot_connect(dg, letters, days):
    """`validate_partition_mapping` raises if two kinds of partitions cannot be connected; every mapping has words."""
    for mapping, upstream, downstream in (
        (dg.TimeWindowPartitionMapping(), letters, days),
        (dg.MultiToSingleDimensionPartitionMapping(), letters, days),
        (dg.StaticPartitionMapping({"z": "a"}), letters, letters),
    ):
        with pytest.raises(Exception, match=r"\w"):
            mapping.validate_partition_mapping(upstream, downstream)
        assert isinstance(mapping.description, str)
    assert dg.TimeWindowPartitionMapping().validate_partition_mapping(days, days) is None


def test_a_mapping_needs_all_its_members(dg):
    """A PartitionMapping class that lacks a member cannot be made."""

    class Half(dg.PartitionMapping):
        @property
        def description(self):
            return "half"

    with pytest.raises(TypeError, match="get_upstream_mapped_partitions_result_for_partitions"):
        Half()
