"""Nothing grows faster than its work: the calls for one item do not depend on the number of items."""

import sys

import pytest

from dagwire.computed_once import computed_once

from benchmarks import growing

COUNTED = sorted(growing.GROWING.keys() - {"a step in threads", "a step that sleeps beside all others"})
"""Operations that call as much each time; in threads and event loops the number of calls depends on the machine."""


def calls_of(work):
    """The number of functions, of Python and of C, that `work` calls."""
    count = 0

    def note(_frame, event, _argument):
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("operation", COUNTED)
def test_the_calls_for_one_item_do_not_grow(operation):
    """Ten times the items take at most ten times the calls, and a third."""
    prepare, (size, *_) = growing.GROWING[operation]
    size = min(size, 100)
    few, many = (calls_of(prepare(count)) / count for count in (size, 10 * size))
    assert many < few * 1.3


def test_each_step_in_threads_is_looked_at_once(monkeypatch):
    """A run in threads waits for the next step that ends, not for all that run."""
    from dagwire.execution import executors

    ended = []

    class Noting(executors.SimpleQueue):
        """A queue whose reads are counted."""

        def get(self, *args, **kwargs):
            ended.append(1)
            return super().get(*args, **kwargs)

    monkeypatch.setattr(executors, "SimpleQueue", Noting)
    growing.in_threads(200)()
    assert len(ended) == 200


def test_a_value_is_computed_once():
    """A property is computed when it is first asked for, for each object once; its class shows the property."""
    computed = []

    class Holder:
        @computed_once
        def value(self):
            """A value."""
            computed.append(self)
            return len(computed)

    first, second = Holder(), Holder()
    assert [first.value, first.value, second.value] == [1, 1, 2]
    assert computed == [first, second]
    assert Holder.value.__doc__ == "A value."
