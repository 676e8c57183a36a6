"""`StepScopes`: what lives for a step is opened in them, and closed when the step ends."""

from collections.abc import Iterable
from types import TracebackType
from typing import Self

from dagwire.containers.current_scope import CURRENT_STEP
from dagwire.containers.keys import Requirement
from dagwire.containers.run_scope import RunScope


class StepScopes:
    """The scopes of one attempt of a step, one inside each scope of its run; its `async with` block is the attempt.

    The end of the block closes them. An attempt that asks for nothing that lives for a step makes no scope.
    """

    __slots__ = ("_scope_by_outer", "_token")

    def __init__(self) -> None:
        """Open nothing yet."""
        self._scope_by_outer: dict[RunScope, RunScope] | None = None

    async def open(self, outer: RunScope, keys: Iterable[str], asker: str = "") -> None:
        """Open those of `keys` that live for a step; `asker` names the step's definition in messages.

        Raises:
            ResourceSetupError: One could not be opened. Those before it are open still, until `close`.
        """
        wanted = [key for key in keys if outer.lives_for_step(key)]
        if not wanted:
            return
        scopes = self._scope_by_outer = self._scope_by_outer or {}
        scope = scopes.get(outer)
        if scope is None:
            scopes[outer] = scope = outer.for_step(next(iter(scopes.values()), None))
        missing = [key for key in wanted if key not in scope.opened]
        if missing:
            await scope.open_more([Requirement(key, asker) for key in missing])

    @property
    def has_scopes(self) -> bool:
        """Whether anything that lives for a step was asked for."""
        return self._scope_by_outer is not None

    def inside(self, outer: RunScope) -> RunScope | None:
        """The scope inside `outer`, if anything that lives for a step was asked for there."""
        return self._scope_by_outer.get(outer) if self._scope_by_outer else None

    async def __aenter__(self) -> Self:
        """Make this the step of the context."""
        self._token = CURRENT_STEP.set(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close everything in reverse; each close gets the error of the block.

        Raises:
            ResourceTeardownError: One close failed after a step that did not.
            BaseExceptionGroup: Several failed; the step's exception, if there is one, is the first member.
        """
        try:
            if self._scope_by_outer:
                first = next(iter(self._scope_by_outer.values()))
                await first.close(error)
        finally:
            CURRENT_STEP.reset(self._token)
