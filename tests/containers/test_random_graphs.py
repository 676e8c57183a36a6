"""Random graphs, failures and overrides: whatever happens, all that was opened is closed, in reverse order."""

import asyncio

from hypothesis import given

from dagwire import abuild_resources, build_resources, override
from dagwire.errors import ResourceSetupError, ResourceTeardownError

from tests.containers.random_graphs import OWNED, BodyError, CloseError, OpenError, cases


def _body(case, container, resources, overridden):
    for index in case.wanted:
        assert getattr(resources, case.nodes[index].key) == case.names_below(index, overridden)
    case.do_body()


def _run(case, container, overridden):
    keys = [case.nodes[index].key for index in case.wanted]
    with build_resources(container, required_resource_keys=keys) as resources:
        _body(case, container, resources, overridden)


async def _arun(case, container, overridden):
    keys = [case.nodes[index].key for index in case.wanted]
    async with abuild_resources(container, required_resource_keys=keys) as resources:
        _body(case, container, resources, overridden)


def _check(case, overridden, failure):
    """Hold one run to the model: what was opened, what was closed and in which order, and what was raised."""
    opened = [name for did, name in case.log if did == "open"]
    closed = [name for did, name in case.log if did == "close"]
    assert closed == opened[::-1]
    assert len(set(opened)) == len(opened)
    errors = _leaves(failure)
    not_opened = case.failing("fails_to_open", overridden)
    if not_opened:
        assert isinstance(errors[0], ResourceSetupError)
        assert errors[0].key in not_opened
        assert set(opened) < case.to_open(overridden)
    else:
        assert set(opened) == case.to_open(overridden)
        assert [type(error) for error in errors[:1]] == [BodyError] * case.body_fails or not case.body_fails
    first = errors[0] if not_opened or case.body_fails else None
    assert all(error is first for error in case.seen)
    stuck = [name for name in closed if name in case.failing("fails_to_close", overridden)]
    raised = [error for error in errors if isinstance(error, ResourceTeardownError)]
    assert [error.key for error in raised] == stuck
    _check_order(case, opened, overridden)


def _check_order(case, opened, overridden):
    """Whatever is owned opens after all owned that it is made of."""
    place = {name: index for index, name in enumerate(opened)}
    for index, node in enumerate(case.nodes):
        if node.key in place and index not in overridden:
            below = case.names_below(index, overridden) - {node.key}
            assert all(place[name] < place[node.key] for name in below if name in place)


def _leaves(failure):
    if failure is None:
        return []
    return list(failure.exceptions) if isinstance(failure, BaseExceptionGroup) else [failure]


def _caught(run):
    try:
        run()
    except (OpenError, CloseError, BodyError, ResourceSetupError, ResourceTeardownError, BaseExceptionGroup) as failure:
        return failure
    return None


def _hold(case, run):
    """Run with the overrides, then without: the second sees nothing of the first, what is shared is built once."""
    container = case.container()

    def overriding():
        with override(container, case.replacements()):
            run(case, container, case.overridden)

    _check(case, case.overridden, _caught(overriding))
    for _ in range(2):
        case.log.entries.clear()
        case.seen.clear()
        _check(case, {}, _caught(lambda: run(case, container, {})))
    for index, node in enumerate(case.nodes):
        if node.kind == "singleton" and not any(below.is_owned for below in case.may_reach(index)):
            # Once for all runs, and once more for the run in which an override below it made it private.
            assert case.built.count(node.key) <= 1 + any(
                case.nodes[i] in case.may_reach(index) for i in case.overridden
            )


@given(cases(OWNED[:4]))
def test_synchronous(case):
    """Opened equals closed, the order is reversed, every failure is reported, no run sees another's overrides."""
    _hold(case, _run)


@given(cases(OWNED))
def test_asynchronous(case):
    """Random graphs in an event loop, with asynchronous resources among the others, opened and closed in one task."""
    _hold(case, lambda *given: asyncio.run(_arun(*given)))
