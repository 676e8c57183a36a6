"""The step that runs here, for `AssetExecutionContext.get()` and `OpExecutionContext.get()`."""

from collections.abc import Callable

from dagwire.containers.current_scope import CURRENT_STEP
from dagwire.containers.step_scopes import StepScopes
from dagwire.execution.step_context import StepContext


class CurrentStep(StepScopes):
    """An attempt of a step, whose context is made when it is first asked for: most bodies take none."""

    __slots__ = ("_arguments", "_make", "made", "yielded")

    def __init__(self, make: Callable[..., StepContext], *arguments: object) -> None:
        """`make` makes the context of the attempt of these arguments."""
        self._scope_by_outer = None  # written out: every step makes one, and a call of the base class takes its time
        self._make = make
        self._arguments = arguments
        self.made: StepContext | None = None
        """The context; None until somebody asks for it."""
        self.yielded: list[object] | None = None
        """The items that the body has yielded; None for a body that yields nothing."""

    def observe(self, item: object) -> object:
        """Take note of an item that the body yields; return it."""
        self.yielded = self.yielded or []
        self.yielded.append(item)
        if self.made is not None:
            self.made.observe(item)
        return item

    def context(self) -> StepContext:
        """Return the context of the attempt."""
        if self.made is None:
            self.made = self._make(*self._arguments)
        return self.made


def current_context() -> StepContext | None:
    """Return the context of the step that runs here, or None."""
    current = CURRENT_STEP.get()
    return current.context() if isinstance(current, CurrentStep) else None
