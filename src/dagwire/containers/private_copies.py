"""The private copies of one run: a stand-in for each provider that it does not share."""

import threading
from asyncio import Event, Future, Task
from collections.abc import Callable, Collection, Container, Mapping
from typing import Any, Protocol, cast

from dependency_injector import providers

from dagwire.containers.called_provider import CalledProvider
from dagwire.containers.lifetime import Lifetime
from dagwire.containers.private_providers import Reached
from dagwire.containers.provider_copier import ProviderCopier, Slot
from dagwire.containers.provider_types import AnyProvider
from dagwire.containers.resource_provider import AnyResourceProvider, ResourceProvider
from dagwire.containers.scope_plan import ScopePlan
from dagwire.containers.selectors import chosen_branch
from dagwire.resources.init_resource_context import InitResourceContext


class Runner(Protocol):
    """The part of a scope that its private copies call back."""

    @property
    def family(self) -> object:
        """The state that it shares with the scopes whose resources it closes along with its own."""
        ...

    def open_late(self, provider: AnyProvider) -> Any:
        """Open the resource of `provider`, which somebody calls while the scope is open, and return it."""
        ...

    def wait_for_call(self, call: Callable[[], Any]) -> Any:
        """Call `call` in an event loop, and return its result, awaited."""
        ...


class PrivateResource:
    """A scope's own resource: what is declared, and the live thing once it is open; lives as long as the scope."""

    __slots__ = (
        "_open_late",
        "_provider",
        "context",
        "declared",
        "is_open",
        "opener",
        "opening",
        "recipe",
        "runner",
        "task",
        "value",
        "waiting",
    )

    def __init__(
        self, declared: AnyResourceProvider, runner: Runner, open_late: Callable[[], object] | None = None
    ) -> None:
        """`runner` opens it; when it is first called, with `open_late`, or before anybody can call it."""
        self.declared: AnyResourceProvider = declared
        self.runner: Runner = runner
        self.recipe: Any = None
        """The recipe to open, if it could be made before anything was open."""
        self.context: InitResourceContext | None = None
        """The context it was opened with; None for a function, which gets nothing but its arguments."""
        self.is_open: bool = False
        self.value: Any = None
        self.opening: threading.RLock | None = threading.RLock() if open_late else None
        """Held while a thread opens it; None if it is opened before anybody can call it."""
        self.task: Future[None] | None = None
        """The task that opens it now, when it was called for late."""
        self.opener: Task[Any] | None = None
        """The task that opens it now, in its own course."""
        self.waiting: Event | None = None
        """Set when that task is done with it; made for the first that waits."""
        self._open_late = open_late
        self._provider: AnyProvider | None = None

    def mark_open(self, value: object) -> None:
        """Provide `value` from now on."""
        self.value = value
        self.is_open = True
        if self._provider is not None and self._open_late is None:
            cast("Any", self._provider).set_provides(value)  # stubs: partly unknown

    def __call__(self) -> object:
        """The live thing, opened now if nobody has called for it before."""
        if not self.is_open and self._open_late is not None:
            return self._open_late()
        return self.value

    def as_provider(self) -> AnyProvider:
        """A provider for whoever is given it; made for the first of them."""
        if self._provider is None:
            self._provider = providers.Object(self.value) if self._open_late is None else providers.Callable(self)
        return self._provider


class ReplacedProvider:
    """The stand-in of a provider that is replaced or overridden."""

    __slots__ = ("_current", "_provider", "_replaced")

    def __init__(self, replaced: AnyProvider, current: Callable[[], Slot]) -> None:
        """`current` gives what is called wherever `replaced` would be."""
        self._replaced = replaced
        self._current = current
        self._provider: AnyProvider | None = None

    def __call__(self) -> object:
        """Call the replacement."""
        return self._current()() if self._provider is None else self._provider()

    def as_provider(self) -> AnyProvider:
        """A provider for whoever is given it; made for the first of them."""
        if self._provider is None:
            self._provider = _replacing(self._replaced, _as_provider(self._current()))
        return self._provider


class ChosenProvider:
    """The stand-in of a Selector: the branch that it chose when it was first asked in the run."""

    __slots__ = ("_branch", "_choose", "_current", "_provider")

    def __init__(self, choose: Callable[[], AnyProvider], current: Callable[[AnyProvider], Slot]) -> None:
        """`choose` asks the Selector, once; `current` gives the stand-in of the branch."""
        self._choose = choose
        self._current = current
        self._provider: AnyProvider | None = None
        self._branch: AnyProvider | None = None

    @property
    def branch(self) -> AnyProvider:
        """The branch, as it is declared; the Selector is asked if it has not been."""
        if self._branch is None:
            self._branch = self._choose()
        return self._branch

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Call the chosen branch."""
        return self._current(self.branch)(*args, **kwargs)

    def as_provider(self) -> AnyProvider:
        """A provider for whoever is given it."""
        if self._provider is None:
            self._provider = providers.Callable(self)
        return self._provider


class AwaitedProvider:
    """The stand-in, in synchronous code, of a provider whose call gives a coroutine: it gives the result."""

    __slots__ = ("_find", "_provider", "_wait_for_call")

    def __init__(self, find: Callable[[], AnyProvider], wait_for_call: Callable[[Callable[[], Any]], object]) -> None:
        """Call the provider that `find` gives in an event loop, and await it there."""
        self._find = find
        self._wait_for_call = wait_for_call
        self._provider: AnyProvider | None = None

    def __call__(self, *args: object, **kwargs: object) -> object:
        """The result."""
        return self._wait_for_call(lambda: self._find()(*args, **kwargs))

    def as_provider(self) -> AnyProvider:
        """A provider for whoever is given it."""
        if self._provider is None:
            self._provider = providers.Callable(self)
        return self._provider


def _as_provider(slot: Slot) -> AnyProvider:
    return slot if isinstance(slot, providers.Provider) else slot.as_provider()


def _replacing(replaced: AnyProvider, replacement: AnyProvider) -> AnyProvider:
    """A provider that can be put where `replaced` was, and is held to what `replaced` is declared to be."""
    declared: Any = replaced
    if isinstance(replaced, providers.Configuration):
        configuration: Any = providers.Configuration(declared.get_name(), strict=declared.get_strict())
        configuration.from_dict(replacement())  # options read from their root, which must be of this kind
        return cast("AnyProvider", configuration)
    slot: Any = providers.Dependency(declared.instance_of if isinstance(replaced, providers.Dependency) else object)
    slot.override(replacement)
    return cast("AnyProvider", slot)


class Identity:
    """An object that is equal to nothing but itself, to see whether two scopes are given the same one."""

    __slots__ = ("_object",)

    def __init__(self, thing: object) -> None:
        """Keep `thing`: an id is only its own while it lives."""
        self._object = thing

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Identity) and self._object is other._object

    def __hash__(self) -> int:
        return id(self._object)


def identity_of(replacement: AnyProvider) -> object:
    """An identity that two providers share if they were made of the same object; the provider itself for all others."""
    declared: Any = replacement
    kind = type(replacement)
    if kind is providers.Object and declared.last_overriding is None:
        return Identity(declared.provides)
    if kind is ResourceProvider and not declared.args and not declared.fields:
        return Identity(declared.source)
    return replacement


def _identified(planned: Reached, fillings: Mapping[AnyProvider, AnyProvider]) -> Reached:
    """The replacements that a provider reaches, with what they are made of in this scope."""
    found = [(old, cast("AnyProvider", new)) for old, new in planned]
    return frozenset([(old, identity_of(fillings.get(new, new))) for old, new in found])


class PrivateCopies:
    """The private copies of one scope, by provider and by the replacements that it reaches; lives as long as the scope.

    The scopes of a run share it: if two of them have the same replacements for all that a provider reaches, they have
    the same copy of it. What outlives a run or a step is the outer scope's, if that has it with the same replacements.
    """

    def __init__(
        self, span: Lifetime = Lifetime.RUN, outer: "PrivateCopies | None" = None, *, opens_all_late: bool = False
    ) -> None:
        """Copy nothing yet.

        Args:
            span: How long the scope lasts.
            outer: The copies of the scope around it: a step's run, a run's process scope.
            opens_all_late: Whether everything is opened when it is first called.
        """
        self._slots: dict[tuple[AnyProvider, Reached], Slot] = {}
        self._span = span
        self._outer = outer
        self._opens_all_late = opens_all_late

    def of(
        self,
        plan: ScopePlan,
        fillings: Mapping[AnyProvider, AnyProvider],
        runner: Runner,
        configured: Collection[AnyProvider] = (),
    ) -> ProviderCopier:
        """Copy every provider that the plan marks as private. Nothing is called.

        Args:
            plan: What is private.
            fillings: `{slot of the plan: what fills it}`.
            runner: The scope that opens what is the run's own.
            configured: The providers that this scope gives config, which no other scope shares.
        """
        outliving = self._outliving(plan, configured)
        copier = ProviderCopier(plan.graph, plan.private, plan.reached)
        copier.slots.update(fillings)
        copied: list[tuple[AnyProvider, Reached]] = []
        for provider, planned in plan.private.items():
            reached = _identified(planned, fillings) if planned else planned
            shared = self._of_outer(provider, reached) if provider in outliving else None
            if shared is not None:
                copier.slots[provider] = shared
                continue
            slot = self._slots.get((provider, reached)) or self._stand_in(provider, reached, plan, copier, runner)
            if slot is None:
                copied.append((provider, reached))
            else:
                copier.slots[provider] = self._slots[provider, reached] = slot
        for provider, reached in copied:  # those that stand in are there by now, in whatever order they are declared
            self._slots[provider, reached] = copier.copied(provider)
        return copier

    def keep(
        self, provider: AnyProvider, planned: Reached, fillings: Mapping[AnyProvider, AnyProvider], made: object
    ) -> None:
        """Have a Singleton give what a scope has `made` of it; `planned` is what its plan says that it reaches."""
        reached = _identified(planned, fillings) if planned else planned
        self._slots[provider, reached] = providers.Object(made)

    def _outliving(self, plan: ScopePlan, configured: Collection[AnyProvider]) -> Container[AnyProvider]:
        """The providers that the outer scope may have, if there is one."""
        if self._span is Lifetime.STEP:
            return plan.private.keys() - plan.of_steps  # the run has the config of its steps
        if self._outer is None or not plan.outliving:
            return ()
        if not configured:
            return plan.outliving
        own: set[AnyProvider] = set()
        for provider in plan.reached:
            if provider in configured or any(one in own for one in plan.graph.referred(provider)):
                own.add(provider)
        return plan.outliving - own

    def _of_outer(self, provider: AnyProvider, reached: Reached) -> Slot | None:
        """The copy of `provider` in the nearest outer scope that has one."""
        outer = self._outer
        while outer is not None:
            found = outer._slots.get((provider, reached))
            if found is not None:
                return found
            outer = outer._outer
        return None

    def _stand_in(
        self, provider: AnyProvider, reached: Reached, plan: ScopePlan, copier: ProviderCopier, runner: Runner
    ) -> Slot | None:
        """The stand-in of `provider` that is not a copy of it, or None."""
        replacement = plan.graph.replacement_of(provider)
        if replacement is not None:
            return ReplacedProvider(provider, lambda: copier.current(replacement))
        declared = plan.owned.get(provider)
        if declared is not None:
            is_late = self._opens_all_late or plan.opens_late(provider)
            return PrivateResource(declared, runner, (lambda: runner.open_late(provider)) if is_late else None)
        if isinstance(provider, providers.Selector):
            return ChosenProvider(self._choice(provider, reached, plan, copier), copier.current)
        if provider not in plan.awaited:
            call = plan.calls.get(provider)
            return None if call is None else CalledProvider(provider, call, copier)
        if isinstance(provider, providers.BaseSingleton) and provider not in plan.strictly_private:
            return AwaitedProvider(lambda: provider, runner.wait_for_call)
        awaited: list[AnyProvider] = []

        def own_copy() -> AnyProvider:
            if not awaited:
                awaited.append(copier.copied_beside(provider))
            return awaited[0]

        return AwaitedProvider(own_copy, runner.wait_for_call)

    def _choice(
        self, selector: AnyProvider, reached: Reached, plan: ScopePlan, copier: ProviderCopier
    ) -> Callable[[], AnyProvider]:
        """A function that asks a Selector; in a step it repeats the choice of the run."""
        asked = self._of_outer(selector, reached) if self._span is Lifetime.STEP else None
        if isinstance(asked, ChosenProvider) and cast("Any", selector).selector not in plan.of_steps:
            return lambda: asked.branch
        return lambda: chosen_branch(selector, copier.current, plan.graph.name)
