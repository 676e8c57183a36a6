"""`RunScope`: the private copy of a container that one run works on."""

import logging
from asyncio import AbstractEventLoop, run_coroutine_threadsafe
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any, cast

from dagwire.containers.container_copy import original_of
from dagwire.containers.current_scope import CURRENT_STEP, enter_scope, leave_scope, process_scope_of
from dagwire.containers.keys import Container, Key, Requirement, declared_by_key, is_nested
from dagwire.containers.lifetime import Lifetime
from dagwire.containers.private_copies import PrivateCopies
from dagwire.containers.provider_types import AnyProvider
from dagwire.containers.scope_checks import raise_faults
from dagwire.containers.scope_family import ScopeFacts, ScopeFamily, running_loop
from dagwire.containers.scope_paths import ScopePaths
from dagwire.errors import (
    DagwireError,
    InvalidConfigError,
    InvalidInvocationError,
    ResourceNotOpenError,
)
from dagwire.resources.init_resource_context import InitResourceContext, Resources
from dagwire.resources.instance import DagsterInstance
from dagwire.resources.log_manager import DEFAULT_LOG
from dagwire.resources.resource_namespace import ResourceNamespace
from dagwire.resources.run_without_loop import WaitedError, drive
from dagwire.suggestions import did_you_mean

_NOTHING: Mapping[str, Any] = {}


class RunScope(ScopePaths):
    """The private copy of a container that one run works on; whoever makes it closes it, when the run ends.

    It holds the run's own resources with a life cycle, whatever is replaced for the run, and whatever depends on one of
    these. All else stays shared with the container, which is never changed. An inner scope shares the run's life cycle
    and everything that its own replacements do not touch.

    Three steps, each once: `prepare`, `open`, `close`.
    """

    _kept: Collection[str] | None = None
    _is_entered = False

    def __init__(
        self,
        container: Container,
        *,
        replacements: Mapping[Key, AnyProvider] | None = None,
        config_by_key: Mapping[str, object] | None = None,
        run_id: str | None = None,
        run: object = None,
        instance: DagsterInstance | None = None,
        logger: "logging.Logger | logging.LoggerAdapter[Any]" = DEFAULT_LOG,
        asynchronous: bool = False,
        lives_for_process: bool = False,
        has_steps: bool = False,
    ) -> None:
        """Nothing is read, copied or opened yet.

        Args:
            container: Where keys are looked up.
            replacements: `{key: provider}`, in place of what the container has, or beside it; see
                `effective_replacements`.
            config_by_key: `{key: config}`, merged over the config that each resource has.
            run_id: The run's id, for resources.
            run: The run itself, for resources that ask for it.
            instance: What the run knows of earlier ones, for resources that ask for it.
            logger: What resources log to.
            asynchronous: Whether an event loop drives this scope.
            lives_for_process: Whether this is a process scope, which opens what runs ask for.
            has_steps: Whether what lives for a step is left to the scopes of steps.
        """
        facts = ScopeFacts(
            container, replacements or _NOTHING, config_by_key or _NOTHING, run_id, run, instance, logger
        )
        copies: Callable[[], PrivateCopies] = PrivateCopies
        if lives_for_process:
            copies = partial(PrivateCopies, opens_all_late=True)
        elif (process := process_scope_of(container)) is not None:
            copies = partial(PrivateCopies, outer=cast("RunScope", process)._family.copies)
        family = ScopeFamily(copies, asynchronous=asynchronous)
        super().__init__(facts, family, is_inner=False, has_steps=has_steps)
        self._may_be_quick = not (lives_for_process or config_by_key)

    def inner(self, replacements: Mapping[Key, AnyProvider]) -> "RunScope":
        """A scope in which `replacements` hold too, for the definitions that are bound to them."""
        self._continue_generally()
        facts = self._facts._replace(replacements={**self._facts.replacements, **replacements})
        return self._inside(facts, self._family, is_inner=True, has_steps=self._has_steps)

    def for_step(self, first: "RunScope | None") -> "RunScope":
        """A scope for what lives for a step; the `first` scope of a step closes what the others open, too."""
        if first is None:
            copies = partial(PrivateCopies, Lifetime.STEP, self._family.copies)
            family = ScopeFamily(copies, asynchronous=self._family.asynchronous)
            family.life_cycle.share_loop_of(self._family.life_cycle)
        else:
            family = first._family
        scope = self._inside(self._facts, family, is_inner=first is not None, has_steps=False)
        scope._begin()
        return scope

    def _inside(self, facts: ScopeFacts, family: ScopeFamily, *, is_inner: bool, has_steps: bool) -> "RunScope":
        scope = RunScope.__new__(RunScope)
        ScopePaths.__init__(scope, facts, family, is_inner=is_inner, has_steps=has_steps)
        return scope

    def use_event_loop(self, loop: AbstractEventLoop) -> None:
        """Run the asynchronous parts of a synchronous scope in `loop`, which is idle; the caller closes it."""
        self._family.use_event_loop(loop)

    @property
    def has_config(self) -> bool:
        """Whether config is given for any key."""
        return bool(self._facts.config_by_key)

    def unknown_config(self, inner: Iterable["RunScope"] = ()) -> list[DagwireError]:
        """The faults of config that is given for keys that nothing is provided under."""
        scopes = (self, *inner)
        unknown = [key for key in self._facts.config_by_key if not any(scope.has_key(key) for scope in scopes)]
        if not unknown:
            return []
        known = list(dict.fromkeys(key for scope in scopes for key in scope._facts.known_keys()))
        return [InvalidConfigError("the run", [_unknown_resource(key, known) for key in unknown])]

    # -- opening and closing -------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Open what the prepared requirements reach, dependencies first, each once.

        Raises:
            ResourceSetupError: One could not be opened. Those before it are open still, until `close`.
        """
        await self._open()
        if not self._is_inner:
            self._enter()

    def open_nothing(self) -> None:
        """Become the current scope with nothing prepared: what it is asked for is prepared then, and opened."""
        self._begin()
        self._enter()

    def _enter(self) -> None:
        """Become the current scope, once: what is opened later is opened by the current one."""
        if not self._is_entered:
            self._is_entered = True
            enter_scope(self)

    def join(self, kept: Collection[str]) -> None:
        """Have other scopes open here what lives as long as this one does, the keys `kept`; `close` ends it."""
        self._kept = kept
        self._begin()
        self._enter()

    def keeps(self, key: str) -> bool:
        """Whether the scope may keep the resource under `key`: a process scope keeps nothing of a run."""
        return self._kept is None or key in self._kept

    async def close(self, error: BaseException | None) -> None:
        """Close all that was opened, in reverse, telling it of `error`; see `LifeCycle.close`."""
        self.is_open = self._family.is_open = False
        leave_scope(self)
        await self._family.life_cycle.close(error)

    async def wait_for(self, awaitable: Awaitable[object]) -> Any:
        """The result of `awaitable`, in the caller's event loop, or in one of the scope's own."""
        return await self._family.life_cycle.wait_for(awaitable)

    # -- what is opened while it is open -------------------------------------------------------------------------------

    def get(self, key: str) -> Any:
        """The open resource under `key`; one that nobody has asked for is opened now, and closed with the scope.

        Raises:
            MissingResourceError: Nothing is provided under `key`.
            ResourceSetupError: It could not be opened.
        """
        try:
            return self.opened[key]
        except KeyError:
            loop = self._family.loop
            if loop is not None and loop is not running_loop():
                return run_coroutine_threadsafe(self.aget(key), loop).result()
            with self._getting:
                return self._opened_without_waiting(key)

    def _opened_without_waiting(self, key: str) -> object:
        try:
            return drive(self.aget(key))
        except WaitedError:
            problem = f"cannot open '{key}' for synchronous code in an event loop: it waits. Ask for it by `await`."
            raise InvalidInvocationError("the current scope", problem) from None

    async def aget(self, key: str) -> object:
        """`get` for an event loop, where an asynchronous resource can be opened."""
        if key not in self.opened and not self.lives_for_step(key):
            scope = self.inner({}) if self._openings or self._quick is not None else self
            raise_faults(scope.prepare([Requirement(key)]))
            await (scope.open() if scope is self else self._open_beside(scope))
        await self.open_for_step([key])
        return self.value(key)

    async def open_for_step(self, keys: Iterable[str], asker: str = "") -> None:
        """Open those of `keys` that live for a step, for the step in this context; `asker` names its definition.

        Raises:
            ResourceSetupError: One could not be opened.
        """
        if self._step_keys and (step := CURRENT_STEP.get()) is not None:
            await step.open(self, keys, asker)

    async def open_more(self, requirements: Iterable[Requirement]) -> None:
        """Open `requirements`, which an outer scope has checked, beside what is open."""
        scope = self.inner({})
        scope._prepare(requirements)
        await self._open_beside(scope)

    async def _open_beside(self, scope: "RunScope") -> None:
        await scope.open()
        for key, value in scope.opened.items():
            self.opened.setdefault(key, value)  # another task may have been quicker
        self._step_keys = {*self._step_keys, *scope._step_keys}
        self._openings += scope._openings

    # -- what it is asked ----------------------------------------------------------------------------------------------

    @property
    def container(self) -> Container:
        """The container whose resources it opens."""
        return self._facts.container

    def value(self, key: str) -> Any:
        """The open resource under `key`; one that lives for a step is that of the step in this context.

        Raises:
            ResourceNotOpenError: It lives for a step, and no step of the run has opened it in this context.
        """
        return self._of_step(key).opened[key] if key in self._step_keys else self.opened[key]

    def resources(self, keys: Iterable[str]) -> Resources:
        """A view of the open resources under `keys`."""
        if self._step_keys:
            return Resources({key: self.value(key) for key in keys})
        opened, nested = self.opened, self._nested_keys
        if nested:
            keys = [*keys]
            namespaces = {key: self._namespace(key) for key in nested if key in keys}
            return Resources({key: opened[key] for key in keys}, namespaces)
        return Resources({key: opened[key] for key in keys})

    def _namespace(self, key: str) -> ResourceNamespace:
        """The resources of the nested container under `key`."""
        nested = self._facts.find(key)
        return ResourceNamespace(key, tuple(cast("Any", nested).providers), self._read_nested)

    def _read_nested(self, key: str) -> object:
        if key in self.opened:
            return self.opened[key]
        if not self.is_open:
            raise ResourceNotOpenError(key)
        is_replaced = key in self._facts.replacements
        return self._namespace(key) if is_nested(self._facts.find(key)) and not is_replaced else self.get(key)

    def lives_for_step(self, key: str) -> bool:
        """Whether the resource under `key` is left to the scopes of steps, and has been checked here."""
        return key in self._step_keys

    def _of_step(self, key: str) -> "RunScope":
        """The scope of the step that runs in this context, inside this one."""
        step = CURRENT_STEP.get()
        inside: RunScope | None = None if step is None else step.inside(self)
        if inside is None:
            raise ResourceNotOpenError(key)
        return inside

    def live(self, provider: AnyProvider) -> tuple[Any] | None:
        """The resource of a provider of the container, alone in a tuple, opened now if need be; None if it has none."""
        found = self._open_resource(provider)
        if found is not None:
            return found
        declared = declared_by_key(original_of(self.container))
        key = next((key for key, one in declared if one is provider), None)
        return None if key is None or not self.keeps(key) else (self.get(key),)

    def opening(self, key: str) -> tuple[object, InitResourceContext] | None:
        """The recipe that was opened under `key`, and the context it was opened with; None if there is none."""
        if key in self._step_keys:
            return self._of_step(key).opening(key)
        return self._opened_recipe(key)

    def has_key(self, key: str) -> bool:
        """Whether anything is provided under `key`."""
        return self._facts.find(key) is not None


def _unknown_resource(key: str, known: list[str]) -> str:
    return f"resources.{key}: there is no such resource" + did_you_mean(key, known, ". ")
