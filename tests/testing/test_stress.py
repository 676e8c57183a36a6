"""Threads and tasks by the hundred, each with a fake of its own for the same key."""

from benchmarks import crossing


def test_no_fake_is_seen_by_another():
    """20,000 reads in four threads and 200 interleaved tasks; none finds another's fake."""
    assert crossing.with_dagwire() == 0


def test_the_program_sees_crossings():
    """This program finds crossings if there are any: dependency-injector's `override` is everybody's."""
    assert crossing.with_dependency_injector() > 0
