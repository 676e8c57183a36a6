"""`ScopePaths`: the two paths on which a scope prepares and opens, and the change from one to the other."""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from dagwire.containers.keys import Requirement
from dagwire.containers.prepared_scope import faults_beside_a_cycle
from dagwire.containers.provider_types import AnyProvider, is_provider
from dagwire.containers.quick_opening import QuickOpening, quick_opening
from dagwire.containers.scope_family import ScopeFacts, ScopeFamily, running_loop
from dagwire.containers.scope_opening import ScopeOpening
from dagwire.errors import DagwireError, ResourceCycleError
from dagwire.resources.init_resource_context import InitResourceContext

OPENED_ON: Counter[str] = Counter()
"""`{path: number of scopes}` that were opened in this process, for tests and benchmarks."""


class ScopePaths:
    """The preparing and the opening of one scope, quick if that can be; see `quick_opening` for the rule."""

    _may_be_quick: bool = False
    """Whether its resources can be opened on the quick path: no other scope shares their copies."""
    _step_keys: Collection[str] = ()
    """The keys that are left to the scopes of steps."""
    _quick: QuickOpening | None = None
    """Its opening on the quick path; None on the general one."""
    _opening: ScopeOpening | None = None
    """Its opening on the general path; None on the quick one."""
    is_open: bool = False
    """Whether it has opened what it was prepared for, and has not been closed."""

    def __init__(self, facts: ScopeFacts, family: ScopeFamily, *, is_inner: bool, has_steps: bool) -> None:
        """Nothing is read, copied or opened yet."""
        self._facts = facts
        self._family = family
        self._is_inner = is_inner
        self._has_steps = has_steps
        self._openings: list[ScopeOpening] = []
        """Its own opening on the general path, and those of the scopes that opened more beside it."""
        self.opened: dict[str, Any] = {}
        """`{key: resource}` of all that was asked for so far."""
        self._getting = threading.RLock()

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
            if self._quick is not None:
                self._have(self._quick.continued())
                self._quick = None

    # -- opening -------------------------------------------------------------------------------------------------------

    async def _open(self) -> None:
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

    async def _open_generally(self) -> Callable[[], Iterable[str]]:
        opening = self._opening
        assert opening is not None  # noqa: S101  # it was prepared
        await opening.open_all()
        if not self.is_open:
            self._begin()
        for key in opening.keys:
            self.opened[key] = await opening.read(key)
        return opening.prepared.opened_names

    def _begin(self) -> None:
        family = self._family
        family.loop = running_loop() if family.asynchronous else None
        family.is_open = family.is_open or not self._is_inner
        self.is_open = True
        for opening in self._openings:
            opening.is_begun = True

    # -- what is open --------------------------------------------------------------------------------------------------

    @property
    def _nested_keys(self) -> Sequence[str]:
        """The keys of nested containers among those it was prepared for."""
        if self._quick is not None:
            return self._quick.nested_keys
        return () if self._opening is None else self._opening.prepared.plan.nested_keys

    def _open_resource(self, provider: AnyProvider) -> tuple[Any] | None:
        """The resource of a provider of the container, alone in a tuple; None if it is not open."""
        quick = self._quick
        if quick is not None:
            return quick.live(provider)
        for opening in self._openings:
            resource = opening.prepared.providers.resources.get(provider)
            if resource is not None and resource.is_open:
                return (resource.value,)
        return None

    def _opened_recipe(self, key: str) -> tuple[object, InitResourceContext] | None:
        """The recipe that was opened under `key`, and its context."""
        provider, quick = self._facts.find(key), self._quick
        if provider is None:
            return None
        if quick is not None:
            return quick.opening(key, provider)
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
