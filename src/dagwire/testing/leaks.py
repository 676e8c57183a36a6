"""Leaks of a test: resources, overrides, variables and threads that outlive it."""

import os
from collections.abc import Iterable, Iterator, Mapping
from time import monotonic

from dagwire.containers.current_scope import leave_scope
from dagwire.containers.overrides import end_override
from dagwire.errors import LeakError
from dagwire.testing.activity import Record
from dagwire.testing.isolation import OneTest

PATIENCE_S = 0.2
"""The time that a thread has to stop."""


def leave_scopes(record: Record) -> None:
    """Have no scope that is open still be the current one: functions that are injected elsewhere would be given it."""
    for scope in record.open_scopes:
        leave_scope(scope)


def leak_of(owner: str, record: Record, test: OneTest | None = None) -> LeakError | None:
    """The leaks of `owner`, found in its `record`; None if there are none.

    Leaks that would reach other tests are undone: overrides end, and variables are restored. Open resources stay open.
    """
    leaks = [*_open_resources(record), *_running_threads(record), *_overrides(record)]
    if test is not None:
        leaks += [*_overridden_providers(test), *_variables(test.known_variables, record.environment_before)]
    return LeakError(owner, leaks) if leaks else None


def _open_resources(record: Record) -> Iterator[str]:
    for opened in record.opened:
        if opened.is_open:
            yield f"resource '{opened.name}', still open; {opened.line} opened it"


def _running_threads(record: Record) -> Iterator[str]:
    """The threads of resources that are closed; those of open ones run rightly."""
    deadline = monotonic() + PATIENCE_S
    for opened in record.opened:
        for thread in () if opened.is_open else opened.threads:
            thread.join(max(0.0, deadline - monotonic()))
            if thread.is_alive():
                yield f"thread '{thread.name}' of resource '{opened.name}', still running; {opened.line} opened it"


def _overrides(record: Record) -> Iterator[str]:
    for layer, line in list(record.line_by_layer.items()):
        yield f"an override of {_listed(layer.replacements)}, still in force; {line} began it"
        layer.replacements.clear()
        end_override(layer)


def _overridden_providers(test: OneTest) -> Iterator[str]:
    """The overrides by dependency-injector's own `override`, in the container that all tests share."""
    for key, provider, before in test.overridden_before:
        if provider.overridden != before:
            yield f"provider '{key}', still overridden by its own `override`; the fixture `override` ends by itself"
            while len(provider.overridden) > len(before):
                provider.reset_last_overriding()


def _variables(known: Iterable[str], before: Mapping[str, str]) -> Iterator[str]:
    for name in known:
        value = before.get(name)
        if os.environ.get(name) == value:
            continue
        yield f"variable {name}, {'still set' if value is None else 'not set back'}; monkeypatch.setenv sets it back"
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


def _listed(keys: Iterable[str]) -> str:
    return ", ".join(f"'{key}'" for key in keys)
