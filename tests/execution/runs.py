"""Random graphs of assets, and the ways in which they can be run."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hypothesis import strategies as st

import dagwire as dg


def _in_threads(assets: Any, **kwargs: Any) -> dg.ExecuteInProcessResult:
    with ThreadPoolExecutor(4) as executor:
        return dg.materialize(assets, executor=executor, **kwargs)


def _in_a_loop(assets: Any, **kwargs: Any) -> dg.ExecuteInProcessResult:
    return asyncio.run(dg.amaterialize(assets, **kwargs))


def _in_tasks(assets: Any, **kwargs: Any) -> dg.ExecuteInProcessResult:
    return asyncio.run(dg.amaterialize(assets, max_concurrency=None, **kwargs))


WAYS: dict[str, Callable[..., dg.ExecuteInProcessResult]] = {
    "one by one": dg.materialize,
    "in threads": _in_threads,
    "in a loop": _in_a_loop,
    "in tasks": _in_tasks,
}
"""Every way to run the same assets."""


def graphs(most: int) -> st.SearchStrategy[dict[int, set[int]]]:
    """`{node: its parents}` of random graphs without circles."""
    return st.integers(1, most).flatmap(
        lambda count: st.fixed_dictionaries(
            {node: st.sets(st.integers(0, node - 1), max_size=4) if node else st.just(set()) for node in range(count)}
        )
    )


def descendants(parents: dict[int, set[int]], start: set[int]) -> set[int]:
    """What lies after `start`, without it unless on the way; told in the plainest manner, as tests should."""
    found: set[int] = set()
    for node in sorted(parents):
        if parents[node] & (start | found):
            found.add(node)
    return found
