"""In any graph exactly the right steps run, each after its parents, each once per attempt; however they are run."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dagwire as dg

from tests.execution.runs import WAYS, descendants, graphs


def _assets(parents, attempts, failing, asynchronous):
    """Assets that note each attempt; `failing` is `{node: how many attempts of it fail}`."""

    def make(node):
        def begin():
            attempts.append(node)
            if attempts.count(node) <= failing.get(node, 0):
                raise ValueError(node)
            return node

        async def begin_later():
            return begin()

        return dg.asset(
            begin_later if node in asynchronous else begin,
            name=f"n{node}",
            deps=[f"n{parent}" for parent in parents[node]],
            retry_policy=dg.RetryPolicy(max_retries=1),
        )

    return [make(node) for node in parents]


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=60, deadline=None)
@given(parents=graphs(25), data=st.data())
def test_exactly_the_right_steps_run(way, parents, data):
    """The steps after a failed step are skipped and no others; a failing step is tried once more."""
    nodes = sorted(parents)
    failing = data.draw(st.dictionaries(st.sampled_from(nodes), st.integers(1, 3), max_size=4))
    asynchronous = data.draw(st.sets(st.sampled_from(nodes)))
    attempts: list[int] = []
    result = WAYS[way](_assets(parents, attempts, failing, asynchronous), raise_on_error=False)

    failed = {node for node, times in failing.items() if times > 1}
    lost = descendants(parents, failed)
    failed -= lost
    ran = set(nodes) - lost
    assert {node: attempts.count(node) for node in nodes} == {
        node: (node in ran) * (2 if failing.get(node) else 1) for node in nodes
    }
    assert result.success is not bool(failed)
    for node in nodes:
        name = f"n{node}"
        assert result.is_node_failed(name) == (node in failed)
        assert result.is_node_skipped(name) == (node in lost)
        assert result.is_node_success(name) == (node in ran - failed)
        for parent in parents[node]:
            if node in ran:
                assert max(i for i, n in enumerate(attempts) if n == parent) < attempts.index(node)


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=40, deadline=None)
@given(parents=graphs(25), data=st.data())
def test_exactly_what_is_selected_runs(way, parents, data):
    """A selection runs itself alone, in the order of the whole."""
    chosen = data.draw(st.sets(st.sampled_from(sorted(parents)), min_size=1))
    attempts: list[int] = []
    assets = _assets(parents, attempts, {}, set())
    assert WAYS[way](assets, selection=[f"n{node}" for node in chosen]).success
    assert sorted(attempts) == sorted(chosen)


@pytest.mark.parametrize("way", WAYS)
def test_the_events_of_a_step_are_in_one_order(way):
    """Steps may run side by side; what one step writes is in the order in which it happens."""
    assets = [dg.asset(lambda: 1, name=f"n{node}") for node in range(50)]
    result = WAYS[way](assets)
    for made in assets:
        assert [event.event_type_value for event in result.events_for_node(made.name)] == [
            "STEP_START",
            "STEP_OUTPUT",
            "ASSET_MATERIALIZATION",
            "HANDLED_OUTPUT",
            "STEP_SUCCESS",
        ]
