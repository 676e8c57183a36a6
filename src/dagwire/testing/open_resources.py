"""Resources that a test opens by asking for them, and that are closed when it ends."""

import threading
from collections.abc import Coroutine
from typing import Any

from dagwire.containers.effective_replacements import profile_replacements
from dagwire.containers.keys import Key, Requirement
from dagwire.containers.option_overrides import with_options_replaced
from dagwire.containers.overrides import in_force
from dagwire.containers.provider_types import AnyProvider
from dagwire.containers.run_scope import RunScope
from dagwire.containers.scope_checks import raise_faults
from dagwire.errors import DagwireError
from dagwire.resources.run_without_loop import drive
from dagwire.testing.isolation import OneTest

__tracebackhide__ = True


class _Held:
    """The resources that a test opens for itself, each once for the overrides in force; lives as long as the test."""

    def __init__(self, test: OneTest, *, asynchronous: bool) -> None:
        self._test = test
        self._asynchronous = asynchronous
        self._outer: RunScope | None = None
        self._by_overrides: dict[frozenset[tuple[Key, int]], tuple[dict[Key, AnyProvider], dict[str, Any]]] = {}
        """`{ids of the overrides: (the overrides, {key: value})}`; an id is only its own while the object lives."""

    async def value(self, key: str) -> Any:
        """The resource under `key`, opened now or before."""
        with self._test.in_force():
            _, overrides = in_force(self._test.container)
            identity = frozenset((name, id(value)) for name, value in overrides.items())
            _, value_by_key = self._by_overrides.setdefault(identity, (overrides, {}))
            if key not in value_by_key:
                outer = self._scope()
                replacements = {**self._of_profile, **overrides}
                scope = outer.inner(with_options_replaced(self._test.container, replacements))
                raise_faults(scope.prepare([Requirement(key)]))
                await scope.open()
                value_by_key[key] = scope.value(key)
            return value_by_key[key]

    def _scope(self) -> RunScope:
        """The scope of all that is opened; made by the first, as it asks which environment is in force."""
        if self._outer is None:
            self._of_profile = profile_replacements(self._test.container)
            self._outer = RunScope(self._test.container, asynchronous=self._asynchronous)
        return self._outer

    async def close(self) -> None:
        if self._outer is not None:
            with self._test.in_force():
                await self._outer.close(None)


class OpenResources:
    """The test's own resources: `resources.db` opens the one under that key, the end of the test closes it.

    One that is asked for again is the same. A key that is a path is asked for by `resources["gateways.s3"]`.
    """

    def __init__(self, test: OneTest) -> None:
        """Nothing is opened yet."""
        self._held = _Held(test, asynchronous=False)
        self._opening = threading.RLock()

    def __getattr__(self, key: str) -> Any:
        """The resource under a key, open.

        Raises:
            MissingResourceError: There is no such key.
            ResourceSetupError: It could not be opened.
        """
        if key.startswith("__"):
            raise AttributeError(key)
        return self[key]

    def __getitem__(self, key: str) -> object:
        """The resource under a key that is a path."""
        with self._opening:  # threads of one test may ask at once
            try:
                return drive(self._held.value(key))
            except DagwireError as error:
                raise error.with_traceback(None)  # noqa: B904  # the same, shown from the caller's line on

    def close(self) -> None:
        """Close everything, in reverse order; the fixture does so."""
        drive(self._held.close())


class AsyncOpenResources:
    """Resources of a test that is a coroutine: `await aresources.db`. They open and close in the test's own task."""

    def __init__(self, test: OneTest) -> None:
        """Nothing is opened yet."""
        self._held = _Held(test, asynchronous=True)

    def __getattr__(self, key: str) -> Coroutine[Any, Any, Any]:
        """Await it for the open resource under a key; raises as `OpenResources` does."""
        if key.startswith("__"):
            raise AttributeError(key)
        return self[key]

    def __getitem__(self, key: str) -> Coroutine[Any, Any, object]:
        """The resource under a key that is a path."""
        return self._held.value(key)

    async def aclose(self) -> None:
        """Close everything, in reverse order; done for the test when its body ends."""
        await self._held.close()
