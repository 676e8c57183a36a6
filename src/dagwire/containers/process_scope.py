"""`process_scope`: what lives for the process is opened in it once, for all runs inside."""

from types import TracebackType
from typing import Self

from dagwire.containers.as_container import container_from
from dagwire.containers.current_scope import begin_process_scope, end_process_scope
from dagwire.containers.effective_replacements import effective_replacements
from dagwire.containers.kept_plans import plan_for
from dagwire.containers.keys import Requirement, keys_of
from dagwire.containers.run_scope import RunScope
from dagwire.containers.scope_checks import raise_faults
from dagwire.resources.run_without_loop import drive


class process_scope:  # noqa: N801  # a context manager that is called as a function is
    """Keep open, for all runs inside the block, what lives for the process; close it in reverse at the end.

    The application opens it when it starts: in its main function, a worker's start-up, a web framework's lifespan.
    Runs, ticks and `build_resources` join it in whatever thread they are. A run that overrides something that such a
    resource depends on, or gives it config, has one of its own.

    Args:
        resources: The container, or definitions that hold one.
        eager: Whether everything that lives for the process is opened at once, and not when it is first asked for. An
            asynchronous resource that holds a task group must be: it is opened and closed in this block's own task.

    Example:
        >>> from dagwire import ResourceProvider, build_resources, process_scope
        >>> from dependency_injector import containers
        >>> class Application(containers.DeclarativeContainer):
        ...     pool = ResourceProvider(lambda: ["a connection"]).set_lifetime("process")
        >>> application = Application()
        >>> with process_scope(application):
        ...     with build_resources(application) as first, build_resources(application) as second:
        ...         first.pool is second.pool
        True
    """

    def __init__(self, resources: object, *, eager: bool = False) -> None:
        """Open nothing yet."""
        self._container = container_from(getattr(resources, "container", resources))
        self._eager = eager
        self._scope: RunScope | None = None

    def _begin(self, *, asynchronous: bool) -> RunScope:
        working = effective_replacements(self._container)
        replacements = working.by_key()
        keys = tuple(keys_of(working.container))
        plan = plan_for(working.container, replacements, keys, asynchronous=asynchronous)
        lasting = frozenset(key for key in keys if plan.outlives(key))
        scope = RunScope(
            working.container, replacements=replacements, asynchronous=asynchronous, lives_for_process=True
        )
        raise_faults(scope.prepare([Requirement(key) for key in sorted(lasting)]))
        begin_process_scope(working.container, scope)
        self._container = working.container
        scope.join(lasting)
        self._scope = scope
        return scope

    def __enter__(self) -> Self:
        """Have runs join; open everything now if `eager`.

        Raises:
            InvalidDefinitionError: Something is missing or declared wrongly. Nothing was opened.
            ResourceSetupError: One open failed. Those before it were closed.
        """
        scope = self._begin(asynchronous=False)
        if self._eager:
            try:
                drive(scope.open())
            except BaseException as error:
                self.__exit__(type(error), error, error.__traceback__)
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close everything in reverse; each close gets the error of the block."""
        drive(self._end().close(error))

    async def __aenter__(self) -> Self:
        """Have runs join, in the event loop that runs now."""
        scope = self._begin(asynchronous=True)
        if self._eager:
            try:
                await scope.open()
            except BaseException as error:
                await self.__aexit__(type(error), error, error.__traceback__)
                raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close everything in reverse; each close gets the error of the block."""
        await self._end().close(error)

    def _end(self) -> RunScope:
        scope, self._scope = self._scope, None
        assert scope is not None  # noqa: S101  # entered
        end_process_scope(self._container)
        return scope
