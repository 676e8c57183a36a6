"""`RunScope`: the private copy of a container that one run works on."""

import logging
import threading
from asyncio import AbstractEventLoop, run_coroutine_threadsafe
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, cast

from dagwire.containers.container_copy import original_of
from dagwire.containers.current_scope import CURRENT_STEP, enter_scope, leave_scope, process_scope_of
from dagwire.containers.keys import Container, Key, Requirement, declared_by_key
from dagwire.containers.lifetime import Lifetime
from dagwire.containers.prepared_scope import faults_beside_a_cycle
from dagwire.containers.private_copies import PrivateCopies
from dagwire.containers.provider_types import AnyProvider, is_provider
from dagwire.containers.quick_opening import QuickOpening, quick_opening
from dagwire.containers.scope_checks import raise_faults
from dagwire.containers.scope_family import ScopeFacts, ScopeFamily, running_loop
from dagwire.containers.scope_opening import ScopeOpening
from dagwire.errors import (
    DagwireError,
    InvalidConfigError,
    InvalidInvocationError,
    ResourceCycleError,
    ResourceNotOpenError,
)
from dagwire.resources.init_resource_context import InitResourceContext, Resources
from dagwire.resources.instance import DagsterInstance
from dagwire.resources.log_manager import DEFAULT_LOG
from dagwire.resources.run_without_loop import WaitedError, drive
from dagwire.suggestions import did_you_mean

_NOTHING: Mapping[str, Any] = {}

OPENED_ON: Counter[str] = Counter()
"""`{path: number of scopes}` that were opened in this process, for tests and benchmarks."""


class RunScope:
    """The private copy of a container that one run works on; whoever makes it closes it, when the run ends.

    It holds the run's own resources with a life cycle, whatever is replaced for the run, and whatever depends on one of
    these. All else stays shared with the container, which is never changed. An inner scope shares the run's life cycle
    and everything that its own replacements do not touch.

    Three steps, each once: `prepare`, `open`, `close`.
    """

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
        self._begin_life(facts, ScopeFamily(copies, asynchronous=asynchronous), has_steps=has_steps)
        self._may_be_quick = not (lives_for_process or config_by_key)

    def _begin_life(
        self, facts: ScopeFacts, family: ScopeFamily, *, is_inner: bool = False, has_steps: bool = False
    ) -> None:
        self._facts = facts
        self._family = family
        self._is_inner = is_inner
        self._has_steps = has_steps
        self._may_be_quick = False
        """Whether its resources can be opened on the quick path: no other scope shares their copies."""
        self._step_keys: Collection[str] = ()
        self._quick: QuickOpening | None = None
        """Its opening on the quick path; None on the general one."""
        self._opening: ScopeOpening | None = None
        self._openings: list[ScopeOpening] = []
        """Its own opening, and those of the scopes that opened more beside it."""
        self.opened: dict[str, Any] = {}
        """`{key: resource}` of all that was asked for so far."""
        self.is_open: bool = False
        """Whether it has opened what it was prepared for, and has not been closed."""
        self._kept: Collection[str] | None = None
        self._is_entered = False
        self._getting = threading.RLock()

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
        scope._begin_life(facts, family, is_inner=is_inner, has_steps=has_steps)
        return scope

    def use_event_loop(self, loop: AbstractEventLoop) -> None:
        """Run the asynchronous parts of a synchronous scope in `loop`, which is idle; the caller closes it."""
        self._family.use_event_loop(loop)

    # -- before anything opens -----------------------------------------------------------------------------------------

    def prepare(self, requirements: Iterable[Requirement], *, is_opened: bool = True) -> list[DagwireError]:
        """Copy what `requirements` reach, and return everything that is wrong with it. Opens nothing.

        `is_opened` is False if nobody opens the scope afterwards, and all of it is only checked.
        """
        asked = list(requirements)
        if is_opened and self._is_quick(dict.fromkeys([requirement.key for requirement in asked]), asked):
            return []
        try:
            opening = self._prepare(asked)
        except ResourceCycleError as cycle:
            return [*faults_beside_a_cycle(self._facts, asked), cycle]
        return opening.prepared.faults(is_opened=is_opened)

    def prepare_keys(self, keys: Iterable[str]) -> list[DagwireError]:
        """`prepare` what nobody in particular asks for."""
        return [] if self._is_quick(keys, ()) else self.prepare(map(Requirement, keys))

    def _is_quick(self, keys: Iterable[str], requirements: Sequence[Requirement]) -> bool:
        """Whether `keys` can be opened on the quick path; they are prepared for it then."""
        if self._may_be_quick and not self.is_open:
            self._quick = quick_opening(self._facts, self._family, tuple(keys), requirements, self.opened)
        return self._quick is not None

    def _prepare(self, requirements: Iterable[Requirement]) -> ScopeOpening:
        """Copy what `requirements` reach.

        Raises:
            ResourceCycleError: Providers depend on one another in a cycle.
        """
        opening = ScopeOpening(self._facts, self._family, requirements, self.opened, has_steps=self._has_steps)
        self._step_keys = opening.prepared.step_keys
        self._have(opening)
        return opening

    def _have(self, opening: ScopeOpening) -> None:
        opening.is_begun = self.is_open
        self._opening = opening
        self._openings.append(opening)

    def _continue_generally(self) -> None:
        """Leave the quick path: whatever is opened from now on shares copies with what is open."""
        self._may_be_quick = False
        with self._getting:  # threads may ask at once
            quick, self._quick = self._quick, None
            if quick is not None:
                self._have(quick.continued())

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
        if self._quick is not None:
            OPENED_ON["quick path"] += 1
            await self._quick.open()
            self._begin()
            names = self._quick.opened_names
        else:
            OPENED_ON["general path"] += 1
            names = await self._open_generally()
        listener = self._family.life_cycle.listener
        if listener is not None:
            listener.scope_is_open(self, names())
        if not self._is_inner:
            self._enter()

    async def _open_generally(self) -> Callable[[], Iterable[str]]:
        opening = self._opening
        assert opening is not None  # noqa: S101  # it was prepared
        await opening.open_all()
        if not self.is_open:
            self._begin()
        for key in opening.keys:
            self.opened[key] = await opening.read(key)
        return opening.prepared.opened_names

    def open_nothing(self) -> None:
        """Become the current scope with nothing prepared: what it is asked for is prepared then, and opened."""
        self._begin()
        self._enter()

    def _begin(self) -> None:
        family = self._family
        family.loop = running_loop() if family.asynchronous else None
        family.is_open = family.is_open or not self._is_inner
        self.is_open = True
        for opening in self._openings:
            opening.is_begun = True

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
        opened = self.opened
        return Resources({key: opened[key] for key in keys})

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
        if self._quick is not None and (found := self._quick.live(provider)) is not None:
            return found
        for opening in self._openings:
            resource = opening.prepared.providers.resources.get(provider)
            if resource is not None and resource.is_open:
                return (resource.value,)
        declared = declared_by_key(original_of(self.container))
        key = next((key for key, one in declared if one is provider), None)
        return None if key is None or not self.keeps(key) else (self.get(key),)

    def opening(self, key: str) -> tuple[object, InitResourceContext] | None:
        """The recipe that was opened under `key`, and the context it was opened with; None if there is none."""
        if key in self._step_keys:
            return self._of_step(key).opening(key)
        provider = self._facts.find(key)
        if provider is None:
            return None
        if self._quick is not None:
            return self._quick.opening(key, provider)
        found = (one.prepared.providers.effective_resource(provider) for one in self._openings)
        return next(((one.recipe, one.context) for one in found if one is not None and one.context is not None), None)

    def declared(self, key: str) -> Any:
        """The recipe under `key`, as far as it is known before opening: a recipe, a class, a function; else None."""
        provider = self._facts.find(key)
        if provider is None:
            return None
        prepared = self._quick if self._opening is None else self._opening.prepared
        assert prepared is not None  # noqa: S101  # it was prepared
        effective = prepared.plan.graph.effective_provider(provider)
        source = getattr(effective, "source", None)
        # If it is a provider, the recipe is what it gives: any attribute of `settings.provided.io` is one in its turn.
        return prepared.recipe(effective) if is_provider(source) else source

    def has_key(self, key: str) -> bool:
        """Whether anything is provided under `key`."""
        return self._facts.find(key) is not None


def _unknown_resource(key: str, known: list[str]) -> str:
    return f"resources.{key}: there is no such resource" + did_you_mean(key, known, ". ")
