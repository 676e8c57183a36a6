"""A scope opens on the quick path or on the general one, and nobody can see which by what comes of it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagwire import (
    abuild_resources,
    build_resources,
    current_scope,
    override,
)
from dagwire.containers import run_scope
from dagwire.containers.run_scope import OPENED_ON

from tests.containers.random_graphs import OWNED, Log, cases

SCOPES_AT_ONCE = 2


@contextmanager
def general_path_alone():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_scope, "quick_opening", lambda *_: None)
        yield


@contextmanager
def counted():
    """The number of scopes that each path opens inside a block."""
    before = OPENED_ON.copy()
    counts = {}
    yield counts
    counts |= OPENED_ON - before


def described(error):
    """All that a user can see of a failure."""
    if error is None:
        return None
    members = [described(one) for one in getattr(error, "exceptions", ())]
    cause = described(error.__cause__)
    return type(error).__name__, str(error), getattr(error, "__notes__", []), cause, members


def outcome(case, more, container):
    """What comes of one scope: its journal, the values in it, and how it ended."""
    case.log.begin()
    values, failure = {}, None
    keys = [case.nodes[index].key for index in sorted(case.wanted)]
    try:
        with build_resources(container, required_resource_keys=keys) as resources:
            values |= {key: resources[key] for key in keys}
            values |= {key: current_scope().get(key) for key in more}
            case.do_body()
    except Exception as error:  # noqa: BLE001  # whatever ends it is compared
        failure = error
    return list(case.log), values, described(failure)


async def awaited_outcome(case, more, container):
    """The outcome of a scope of an event loop."""
    case.log.begin()
    values, failure = {}, None
    keys = [case.nodes[index].key for index in sorted(case.wanted)]
    try:
        async with abuild_resources(container, required_resource_keys=keys) as resources:
            values |= {key: resources[key] for key in keys}
            values |= {key: await current_scope().aget(key) for key in more}
            case.do_body()
    except Exception as error:  # noqa: BLE001  # whatever ends it is compared
        failure = error
    return list(case.log), values, described(failure)


def overridden_outcome(case, more, container):
    with override(container, case.replacements()):
        return outcome(case, more, container)


def outcomes(case, more):
    """The outcomes of a scope with overrides, of one after it, and of some in threads at once."""
    container = case.container()
    first = overridden_outcome(case, more, container)
    second = outcome(case, more, container)
    scopes = [overridden_outcome, *[outcome] * (SCOPES_AT_ONCE - 1)]
    with ThreadPoolExecutor(SCOPES_AT_ONCE) as pool:
        together = [pool.submit(copy_context().run, scope, case, more, container) for scope in scopes]
    return first, second, [one.result() for one in together], sorted(case.built)


async def awaited_outcomes(case, more):
    """The outcomes of a scope with overrides, of one after it, and of some in tasks at once."""
    container = case.container()

    async def overridden():
        with override(container, case.replacements()):
            return await awaited_outcome(case, more, container)

    first = await overridden()
    second = await awaited_outcome(case, more, container)
    work = [awaited_outcome(case, more, container) for _ in range(SCOPES_AT_ONCE - 1)]
    together = await asyncio.gather(overridden(), *work)
    return first, second, together, sorted(case.built)


def fresh(case):
    return replace(case, log=Log(), seen=[], built=[])


@given(cases(OWNED[:4], largest=12), st.data())
def test_one_meaning(case, data):
    """A random scope has one journal, one set of values, one error and one message on both paths."""
    more = data.draw(st.lists(st.sampled_from([node.key for node in case.nodes]), max_size=2))
    quick = outcomes(fresh(case), more)
    with general_path_alone():
        assert outcomes(fresh(case), more) == quick


@given(cases(OWNED, largest=12), st.data())
def test_one_meaning_in_an_event_loop(case, data):
    """A random scope of an event loop has one outcome on both paths, alone and beside others."""
    more = data.draw(st.lists(st.sampled_from([node.key for node in case.nodes]), max_size=2))
    quick = asyncio.run(awaited_outcomes(fresh(case), more))
    with general_path_alone():
        assert asyncio.run(awaited_outcomes(fresh(case), more)) == quick
