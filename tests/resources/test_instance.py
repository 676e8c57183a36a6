"""`DagsterInstance`: dynamic partitions, runs and values in memory."""

from concurrent.futures import ThreadPoolExecutor

import pytest

import dagwire as dg
from dagwire.errors import InvalidInvocationError
from dagwire.resources import run_memory


def test_an_instance_is_made_again_of_what_it_knew():
    """`dynamic_partitions` is all there is to save: an instance made of it knows the same."""
    instance = dg.DagsterInstance()
    instance.add_dynamic_partitions("airlines", ["b", "a"])
    again = dg.DagsterInstance(instance.dynamic_partitions)
    assert again.get_dynamic_partitions("airlines") == ["b", "a"]


def test_what_is_handed_out_is_a_copy():
    """To change what an instance handed out changes nothing in it."""
    instance = dg.DagsterInstance({"airlines": ["a"]})
    instance.dynamic_partitions["airlines"].append("x")
    instance.get_dynamic_partitions("airlines").append("x")
    assert instance.dynamic_partitions == {"airlines": ["a"]}


def test_threads_may_share_an_instance():
    """Keys added from several threads at once are all there."""
    instance = dg.DagsterInstance()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: instance.add_dynamic_partitions("n", [str(n), "same"]), range(500)))
    assert sorted(instance.get_dynamic_partitions("n")) == sorted([*map(str, range(500)), "same"])


def test_one_text_is_no_list_of_keys():
    """A text in the place of a list of keys is refused, and the message shows the list."""
    instance = dg.DagsterInstance()
    with pytest.raises(InvalidInvocationError, match=r"\['abc'\]"):
        instance.add_dynamic_partitions("airlines", "abc")
    assert instance.dynamic_partitions == {}


def test_it_is_a_context_manager():
    """Programs written for Dagster's use it in a `with` block; nothing is lost at its end."""
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("airlines", ["a"])
    assert repr(instance) == "DagsterInstance(airlines: 1)"


def test_overrides_of_an_instance_for_a_test_are_refused():
    """`instance_for_test(overrides=...)` raises: there is no store and no daemon to configure."""
    with pytest.raises(InvalidInvocationError, match="run_launcher"), dg.instance_for_test({"run_launcher": {}}):
        pytest.fail("it opened")


def test_the_oldest_run_is_forgotten(monkeypatch):
    """An instance keeps a number of runs; then the oldest goes."""
    monkeypatch.setattr(run_memory, "KEPT", 2)
    instance = dg.DagsterInstance.ephemeral()
    for number in range(3):
        instance.keep_run(dg.DagsterRun("nightly", str(number)))
    assert [run.run_id for run in instance.get_runs()] == ["2", "1"]
    assert instance.get_run_by_id("0") is None


def test_values_of_wiped_assets_are_forgotten():
    """A wiped asset has no value left for later runs; those of others stay."""
    instance = dg.DagsterInstance.ephemeral()
    instance.keep_value("a", None, 1)
    instance.keep_value("b", "x", 2)
    instance.wipe_assets(["a"])
    assert instance.kept_value("b", "x") == 2
    with pytest.raises(KeyError):
        instance.kept_value("a", None)
