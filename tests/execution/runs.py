"""Random graphs of assets, and the ways in which they can be run."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hypothesis import strategies as st

import dagwire as dg


def _in_threads(assets: Any, **kwargs: Any) -> dg.ExecuteInProcessResult:
    with ThreadPoolExecutor(4) as executor:
        return dg.materialize(assets, executor=executor, **kwargs)


def _in_a_loop(assets: Any, **kwargs: Any) -> dg.ExecuteInProcessResult:
    return _finished(dg.amaterialize(assets, **kwargs))


def _in_tasks(assets: Any, **kwargs: Any) -> dg.ExecuteInProcessResult:
    return _finished(dg.amaterialize(assets, max_concurrency=None, **kwargs))


def _finished(run: Coroutine[Any, Any, dg.ExecuteInProcessResult]) -> dg.ExecuteInProcessResult:
    """The result of `run`. It is asked how it ended, else asyncio logs that nobody did, in another test."""
    runner = asyncio.Runner()
    task = runner.get_loop().create_task(run)
    try:
        with runner:
            return runner.get_loop().run_until_complete(task)
    finally:
        if not task.cancelled():
            task.exception()


WAYS: dict[str, Callable[..., dg.ExecuteInProcessResult]] = {
    "one by one": dg.materialize,
    "in threads": _in_threads,
    "in a loop": _in_a_loop,
    "in tasks": _in_tasks,
}
"""Every way to run the same assets."""


def graphs(most: int) -> st.SearchStrategy[dict[int, set[int]]]:
    """`{node: its parents}` of random graphs without cycles."""
    return st.integers(1, most).flatmap(
        lambda count: st.fixed_dictionaries(
            {node: st.sets(st.integers(0, node - 1), max_size=4) if node else st.just(set()) for node in range(count)}
        )
    )


def descendants(parents: dict[int, set[int]], start: set[int]) -> set[int]:
    """The nodes after `start`, itself only if it is on a path; written in the plainest manner, as tests should be."""
    found: set[int] = set()
    for node in sorted(parents):
        if parents[node] & (start | found):
            found.add(node)
    return found
