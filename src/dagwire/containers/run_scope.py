"""`RunScope`: the private copy of a container that one run works on."""

import logging
import threading
from asyncio import (
    AbstractEventLoop,
    Event,
    Task,
    current_task,
    ensure_future,
    get_running_loop,
    isfuture,
    run_coroutine_threadsafe,
    shield,
)
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from functools import partial
from inspect import iscoroutine
from typing import Any, cast

from dependency_injector import providers

from dagwire.containers.container_copy import original_of
from dagwire.containers.current_scope import CURRENT_STEP, enter_scope, leave_scope, process_scope_of
from dagwire.containers.kept_plans import plan_for
from dagwire.containers.keys import Container, Key, Requirement, declared_by_key, find_provider
from dagwire.containers.lifetime import Lifetime
from dagwire.containers.nested_resources import DefinitionByKey
from dagwire.containers.private_copies import PrivateCopies, PrivateResource
from dagwire.containers.provider_graph import ProviderGraph
from dagwire.containers.provider_types import AnyProvider, is_provider
from dagwire.containers.scope_checks import (
    Users,
    faults_before_opening,
    faults_of_replacements,
    faults_of_requirements,
    raise_faults,
    recipe_of,
)
from dagwire.containers.scope_plan import ScopePlan
from dagwire.containers.scope_providers import ScopeProviders
from dagwire.errors import (
    DagwireError,
    InvalidConfigError,
    InvalidInvocationError,
    ResourceCycleError,
    ResourceNotOpenError,
    ResourceSetupError,
)
from dagwire.resources.init_resource_context import NO_RESOURCES, InitResourceContext, Resources
from dagwire.resources.instance import DagsterInstance
from dagwire.resources.life_cycle import new_life_cycle
from dagwire.resources.log_manager import CURRENT_RESOURCE, DEFAULT_LOG
from dagwire.resources.opener import NOTHING_OPEN, Opener
from dagwire.resources.retry_and_timeout import NO_RETRY_NO_TIMEOUT, retried
from dagwire.resources.run_without_loop import WaitedError, drive
from dagwire.suggestions import did_you_mean


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
        parent: "RunScope | None" = None,
        run_scope: "RunScope | None" = None,
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
            parent: The scope whose resources this one shares; None for the run's own.
            run_scope: The scope of the run, for the scope of a step.
            lives_for_process: Whether this is a process scope, which opens what runs ask for.
            has_steps: Whether what lives for a step is left to the scopes of steps.
        """
        self._container = container
        self._replacements = replacements or {}
        self._config_by_key: Mapping[str, object] = {} if config_by_key is None else config_by_key
        self._run_id = run_id
        self._run = run
        self._instance = instance
        self._log = logger
        self._event_loop: AbstractEventLoop | None = None
        self._root: RunScope = self if parent is None else parent._root
        if parent is None:
            self._life_cycle = new_life_cycle(asynchronous=asynchronous)
            self._opener = Opener(self._life_cycle)
            self._copies = self._new_copies(run_scope, opens_all_late=lives_for_process)
        else:
            self._life_cycle, self._opener, self._copies = parent._life_cycle, parent._opener, parent._copies
        if run_scope is not None:
            self._life_cycle.share_loop_of(run_scope._life_cycle)
        self._has_steps = has_steps
        self._step_keys: Collection[str] = ()
        self._prepared: list[ScopeProviders] = []
        self._requirements: list[Requirement] = []
        self._config_by_provider: Mapping[AnyProvider, object] = {}
        self.opened: dict[str, Any] = {}
        """`{key: resource}` of all that was asked for so far."""
        self.is_open: bool = False
        """Whether it has opened what it was prepared for, and has not been closed."""
        self._kept: Collection[str] | None = None
        self._is_entered = False
        self._parent = parent
        self._loop: AbstractEventLoop | None = None if parent is None else parent._loop
        self._getting = threading.RLock()

    def _new_copies(self, run_scope: "RunScope | None", *, opens_all_late: bool) -> PrivateCopies:
        """The private copies of a process scope, a run or a step."""
        if run_scope is not None:
            return PrivateCopies(Lifetime.STEP, run_scope._copies)
        process = None if opens_all_late else process_scope_of(self._container)
        outer = cast("RunScope", process)._copies if process is not None else None
        return PrivateCopies(Lifetime.RUN, outer, opens_all_late=opens_all_late)

    def inner(self, replacements: Mapping[Key, AnyProvider]) -> "RunScope":
        """A scope in which `replacements` hold too, for the definitions that are bound to them."""
        return self._inside({**self._replacements, **replacements}, parent=self, has_steps=self._has_steps)

    def for_step(self, first: "RunScope | None") -> "RunScope":
        """A scope for what lives for a step; the `first` scope of a step closes what the others open, too."""
        scope = self._inside(self._replacements, parent=first, run_scope=self)
        scope._begin()
        return scope

    def _inside(self, replacements: Mapping[Key, AnyProvider], **place: Any) -> "RunScope":
        return RunScope(
            self._container,
            replacements=replacements,
            config_by_key=self._config_by_key,
            run_id=self._run_id,
            run=self._run,
            instance=self._instance,
            logger=self._log,
            asynchronous=self._life_cycle.asynchronous,
            **place,
        )

    def use_event_loop(self, loop: AbstractEventLoop) -> None:
        """Run the asynchronous parts of a synchronous scope in `loop`, which is idle; the caller closes it."""
        self._event_loop = loop
        self._life_cycle.use_event_loop(loop)

    # -- before anything opens -----------------------------------------------------------------------------------------

    def prepare(self, requirements: Iterable[Requirement], *, is_opened: bool = True) -> list[DagwireError]:
        """Copy what `requirements` reach, and return everything that is wrong with it. Opens nothing.

        `is_opened` is False if nobody opens the scope afterwards, and all of it is only checked.
        """
        try:
            plan, fillings = self._copy_private(requirements)
        except ResourceCycleError as cycle:
            return [*self._missing_beside_a_cycle(), cycle]
        is_complete = plan.has_all_keys
        if plan.is_faultless and not self._config_by_key and all(one.expected is None for one in self._requirements):
            return []
        doubtful = [one for one in self._requirements if one.expected is not None or not is_complete]
        faults = faults_of_requirements(plan.graph, doubtful, fillings)
        if plan.declares_types:
            faults += faults_of_replacements(plan, fillings)
        faults += plan.lifetime_faults
        users = Users(plan, self._requirements)
        return [*faults, *faults_before_opening(self._private, self._config_by_provider, users, is_opened=is_opened)]

    def _copy_private(self, requirements: Iterable[Requirement]) -> tuple[ScopePlan, Mapping[AnyProvider, AnyProvider]]:
        """Copy what `requirements` reach; return the plan, and what fills its slots.

        Raises:
            ResourceCycleError: Providers depend on one another in a cycle.
        """
        self._requirements = list(requirements)
        keys = tuple(sorted({requirement.key for requirement in self._requirements}))
        plan = plan_for(self._container, self._replacements, keys, asynchronous=self._life_cycle.asynchronous)
        self._plan = plan
        self._requirements += plan.required
        fillings = {slot: self._replacements[key] for key, slot in plan.slots.items()}
        if self._config_by_key:
            self._config_by_provider = self._configs(plan.graph)
        left_out = plan.of_steps if self._has_steps else frozenset[AnyProvider]()
        self._private = ScopeProviders(plan, fillings, self._copies, self, self._config_by_provider, left_out)
        self._prepared.append(self._private)
        if left_out:
            self._step_keys = {key for key in keys if plan.graph.provider_by_key[key] in left_out}
        return plan, fillings

    def _missing_beside_a_cycle(self) -> list[DagwireError]:
        graph = ProviderGraph(self._container, self._replacements)
        graph.read_all_below(sorted({requirement.key for requirement in self._requirements}))
        return faults_of_requirements(graph, [*self._requirements, *graph.required_by_resources()])

    def _configs(self, graph: ProviderGraph) -> dict[AnyProvider, object]:
        found = ((graph.find(key), config) for key, config in self._config_by_key.items())
        return {graph.effective_provider(p): config for p, config in found if p is not None}

    @property
    def has_config(self) -> bool:
        """Whether config is given for any key."""
        return bool(self._config_by_key)

    def unknown_config(self, inner: Iterable["RunScope"] = ()) -> list[DagwireError]:
        """The faults of config that is given for keys that nothing is provided under."""
        scopes = (self, *inner)
        unknown = [key for key in self._config_by_key if not any(scope.has_key(key) for scope in scopes)]
        if not unknown:
            return []
        known = list(dict.fromkeys(key for scope in scopes for key in scope.known_keys()))
        return [InvalidConfigError("the run", [_unknown_resource(key, known) for key in unknown])]

    # -- opening -------------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Open what the prepared requirements reach, dependencies first, each once.

        Raises:
            ResourceSetupError: One could not be opened. Those before it are open still, until `close`.
        """
        for provider in self._private.to_open():
            await self._open_one(provider)
        if not self.is_open:
            self._begin()
        for key in self._keys_to_open():
            self.opened[key] = await self._read(key)
        self._life_cycle.scope_is_open(self._opened_names)
        if self._parent is None:
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

    def _keys_to_open(self) -> Iterable[str]:
        """The keys whose values this scope has, and not the scopes of its steps."""
        return [key for key in self._plan.keys if key not in self._step_keys] if self._step_keys else self._plan.keys

    @property
    def container(self) -> Container:
        """The container whose resources it opens."""
        return self._container

    @property
    def outermost(self) -> object:
        """The scope that closes what this one opens."""
        return self._root

    def join(self, kept: Collection[str]) -> None:
        """Have other scopes open here what lives as long as this one does, the keys `kept`; `close` ends it."""
        self._kept = kept
        self._begin()
        self._enter()

    def keeps(self, key: str) -> bool:
        """Whether the scope may keep the resource under `key`: a process scope keeps nothing of a run."""
        return self._kept is None or key in self._kept

    def _begin(self) -> None:
        self._loop = _running_loop() if self._life_cycle.asynchronous else None
        self.is_open = True

    async def _open_one(self, provider: AnyProvider) -> None:
        """Open the resource of `provider`, or build it if it is a Singleton that other runs share."""
        resource = self._private.resources.get(provider)
        try:
            if resource is None:
                self._private.build_shared(provider)
            elif resource.is_open:
                return
            elif resource.runner.outermost is self.outermost:
                await self._open_once(provider, resource)
            elif isfuture(opening := resource()):  # the process scope opens it
                await shield(opening)
        except DagwireError:
            raise
        except (Exception, SystemExit) as cause:
            raise self._setup_error(provider, cause) from cause

    async def _open_once(self, provider: AnyProvider, resource: PrivateResource) -> None:
        """Open `resource`, unless another task of the scope is about to; then wait until it has, or has failed to."""
        task = None if self._loop is None else _current_task()
        while resource.opener is not None and resource.opener is not task:
            resource.waiting = resource.waiting or Event()
            await resource.waiting.wait()
        if resource.is_open:
            return
        resource.opener = task
        token = CURRENT_RESOURCE.set(self._private.name(provider))
        try:
            resource.mark_open(await self._opened(provider, resource))
        finally:
            CURRENT_RESOURCE.reset(token)
            resource.opener = None
            if resource.waiting is not None:
                resource.waiting.set()
                resource.waiting = None

    def open_late(self, provider: AnyProvider) -> object:
        """Open the resource of `provider`, which somebody calls while the scope is open, and return it.

        Delegates, Aggregates and containers call it, and runs inside a process scope. In an event loop it gives a task
        that opens the resource, if this is asynchronous itself or needs what is.

        Raises:
            ResourceNotOpenError: The scope is closed, or does not open anything yet.
            ResourceSetupError: It could not be opened.
        """
        resource = self._private.resources[provider]
        if not self.is_open or not self._root.is_open:
            raise ResourceNotOpenError(self._plan.graph.name(provider))
        called = list(self._private.called_by([provider]))
        if self._life_cycle.asynchronous and any(map(self._must_wait_for, called)):
            work = self._open_in_tasks(called, resource)
            if self._loop is None or self._loop is _running_loop():
                return ensure_future(work)
            return run_coroutine_threadsafe(work, self._loop).result()  # of another thread
        for one in called:
            self._open_locked(one)
        return resource.value

    def _must_wait_for(self, provider: AnyProvider) -> bool:
        resource = self._private.resources.get(provider)
        return resource is not None and not resource.is_open and resource.declared.is_asynchronous

    def _open_locked(self, provider: AnyProvider) -> None:
        """Open the resource of `provider` in this thread, unless another one does or has."""
        resource = self._private.resources.get(provider)
        if resource is None or resource.opening is None:
            drive(self._open_one(provider))
        elif not resource.is_open:
            with resource.opening:
                drive(self._open_one(provider))

    async def _open_in_tasks(self, called: Iterable[AnyProvider], wanted: PrivateResource) -> object:
        """Open what is called, each in a task of its own that whoever else needs it waits for, too."""
        for one in called:
            resource = self._private.resources.get(one)
            if resource is None or not self._must_wait_for(one):
                self._open_locked(one)
                continue
            if resource.task is None or resource.task.done():
                resource.task = ensure_future(self._open_one(one))
            await shield(resource.task)
        return wanted.value

    def wait_for_call(self, call: Callable[[], object]) -> object:
        """Call `call` in an event loop of the scope's own, and return what it gives, awaited."""
        return self._life_cycle.call_in_loop(call)

    def _opened_names(self) -> Iterable[str]:
        """The names of all that was called, plain values too."""
        called = self._private.called_by(self._plan.roots) if self._plan.has_selectors else self._plan.order
        left_out = self._plan.of_steps if self._step_keys else ()
        return [self._plan.graph.name(provider) for provider in called if provider not in left_out]

    def _setup_error(self, provider: AnyProvider, cause: BaseException) -> ResourceSetupError:
        return ResourceSetupError(self._plan.graph.name(provider), self._required_for(provider), cause)

    def _required_for(self, provider: AnyProvider) -> Iterable[str]:
        """The askers for whom `provider` is opened: they ask for it, or for what depends on it."""
        asked = ((requirement.asker, self._find(requirement.key)) for requirement in self._requirements)
        return dict.fromkeys(asker for asker, root in asked if asker and root and self._reaches(root, provider))

    def _reaches(self, root: AnyProvider, provider: AnyProvider) -> bool:
        return provider in self._plan.graph.in_order([root])

    async def _opened(self, provider: AnyProvider, resource: PrivateResource) -> object:
        name = self._private.name(provider)
        function = resource.declared.function
        if function is not None and provider not in self._config_by_provider:
            call = partial(resource.declared.called, function, await self._resolve_arguments(resource))
            if resource.declared.policy is NO_RETRY_NO_TIMEOUT:
                return await self._opener.open_called(name, call, function.definition)
            open_once = partial(self._opener.open_called, name, call, function.definition)
        else:
            open_once = await self._from_recipe(name, provider, resource)
        policy = resource.declared.policy
        if policy.retry is None:
            return await open_once(policy.timeout_s)
        return await retried(
            policy.retry, partial(open_once, policy.timeout_s), name, asynchronous=self._life_cycle.asynchronous
        )

    async def _from_recipe(self, name: object, provider: AnyProvider, resource: PrivateResource) -> Any:
        graph = self._plan.graph
        recipe = resource.recipe
        if recipe is None:
            recipe = resource.recipe = recipe_of(resource, await self._resolve_arguments(resource), name)
        context = resource.context = InitResourceContext(
            resource_config=self._config_by_provider.get(provider),
            resource_def=recipe,
            resources=await self._resolve_required(provider) if provider in graph.required_keys else NO_RESOURCES,
            run_id=self._run_id,
            run=self._run,
            instance=self._instance,
            log=self._log,
            all_resource_defs=DefinitionByKey(self.known_keys, self._find),
            event_loop=self._event_loop,
        )
        nested = await self._resolve_nested(provider) if provider in graph.nested_keys else NOTHING_OPEN
        return partial(self._opener.open, name, recipe, context, nested)

    async def _resolve_arguments(self, resource: PrivateResource) -> list[Any]:
        values = self._private.values_for(resource)
        unfinished = [
            place
            for place, provider, is_called in resource.declared.injected_providers
            if is_called and provider not in self._private.resources and _is_unfinished(values[place])
        ]
        try:
            while unfinished:
                place = unfinished.pop(0)
                values[place] = await self._life_cycle.wait_for(values[place])
        finally:
            for place in unfinished:  # one before it failed: nobody else would await these
                _give_up(values[place])
        return values

    async def _resolve_required(self, provider: AnyProvider) -> Resources:
        """The resources that a resource definition names by key, open already: they are its dependencies."""
        return Resources({key: await self._read(key) for key in self._plan.graph.required_keys[provider]})

    async def _resolve_nested(self, provider: AnyProvider) -> Mapping[int, object]:
        """`{id(recipe): live thing}` of what is nested in a resource and has a key of its own, open already."""
        nested = self._plan.graph.nested_keys[provider]
        return {id_: await self._value_of(found) for id_, found in nested.items()}

    async def _read(self, key: str) -> object:
        """The value under `key`; what is called for it is called once a scope."""
        if key in self.opened:
            return self.opened[key]
        provider = self._plan.graph.provider_by_key[key]
        assert provider is not None  # noqa: S101  # prepare reported missing keys
        resource = self._private.resources.get(provider)
        if resource is not None:
            return resource.value
        try:
            value = self.opened[key] = await self._value_of(provider)
        except DagwireError:
            raise
        except (Exception, SystemExit) as cause:
            raise self._setup_error(provider, cause) from cause
        return value

    async def _value_of(self, provider: AnyProvider) -> Any:
        value = self._private.value(provider)
        if _is_unfinished(value) and not isinstance(
            self._private.current(provider), (providers.Object, PrivateResource)
        ):
            return await self._life_cycle.wait_for(value)
        return value  # a task that is a resource itself, given as it is or opened already, is not awaited

    # -- while open ----------------------------------------------------------------------------------------------------

    def get(self, key: str) -> Any:
        """The open resource under `key`; one that nobody has asked for is opened now, and closed with the scope.

        Raises:
            MissingResourceError: Nothing is provided under `key`.
            ResourceSetupError: It could not be opened.
        """
        try:
            return self.opened[key]
        except KeyError:
            if self._loop is not None and self._loop is not _running_loop():
                return run_coroutine_threadsafe(self.aget(key), self._loop).result()
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
            scope = self.inner({}) if self._prepared else self
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
        scope._copy_private(requirements)
        await self._open_beside(scope)

    async def _open_beside(self, scope: "RunScope") -> None:
        await scope.open()
        for key, value in scope.opened.items():
            self.opened.setdefault(key, value)  # another task may have been quicker
        self._step_keys = {*self._step_keys, *scope._step_keys}
        self._prepared += scope._prepared

    def lives_for_step(self, key: str) -> bool:
        """Whether the resource under `key` is left to the scopes of steps, and has been checked here."""
        return key in self._step_keys

    def live(self, provider: AnyProvider) -> tuple[Any] | None:
        """The resource of a provider of the container, alone in a tuple, opened now if need be; None if it has none."""
        for private in self._prepared:
            resource = private.resources.get(provider)
            if resource is not None and resource.is_open:
                return (resource.value,)
        declared = declared_by_key(original_of(self._container))
        key = next((key for key, one in declared if one is provider), None)
        return None if key is None or not self.keeps(key) else (self.get(key),)

    def value(self, key: str) -> Any:
        """The open resource under `key`; one that lives for a step is that of the step in this context.

        Raises:
            ResourceNotOpenError: It lives for a step, and no step of the run has opened it in this context.
        """
        return self._of_step(key).opened[key] if key in self._step_keys else self.opened[key]

    def _of_step(self, key: str) -> "RunScope":
        """The scope of the step that runs in this context, inside this one."""
        step = CURRENT_STEP.get()
        inside: RunScope | None = None if step is None else step.inside(self)
        if inside is None:
            raise ResourceNotOpenError(key)
        return inside

    def opening(self, key: str) -> tuple[object, InitResourceContext] | None:
        """The recipe that was opened under `key`, and the context it was opened with; None if there is none."""
        if key in self._step_keys:
            return self._of_step(key).opening(key)
        provider = self._find(key)
        if provider is None:
            return None
        found = (private.effective_resource(provider) for private in self._prepared)
        return next(((one.recipe, one.context) for one in found if one is not None and one.context is not None), None)

    def declared(self, key: str) -> Any:
        """The recipe under `key`, as far as it is known before opening: a recipe, a class, a function; else None."""
        provider = self._find(key)
        if provider is None:
            return None
        effective = self._plan.graph.effective_provider(provider)
        source = getattr(effective, "source", None)
        if not is_provider(source):
            return source
        # The recipe is what the source gives: any attribute of `settings.provided.io` is a provider in its turn.
        return self._private.resources[effective].recipe

    def has_key(self, key: str) -> bool:
        """Whether anything is provided under `key`."""
        return self._find(key) is not None

    def _find(self, key: str) -> AnyProvider | None:
        return find_provider(self._container, key) or self._replacements.get(key)

    def known_keys(self) -> list[str]:
        """The keys that have a provider."""
        return list(ProviderGraph(self._container, self._replacements).known_keys())

    async def wait_for(self, awaitable: Awaitable[object]) -> Any:
        """The result of `awaitable`, in the caller's event loop, or in one of the scope's own."""
        return await self._life_cycle.wait_for(awaitable)

    def resources(self, keys: Iterable[str]) -> Resources:
        """A view of the open resources under `keys`."""
        return Resources({key: self.value(key) for key in keys})

    async def close(self, error: BaseException | None) -> None:
        """Close all that was opened, in reverse, telling it of `error`; see `LifeCycle.close`."""
        self.is_open = False
        leave_scope(self)
        await self._life_cycle.close(error)


def _is_unfinished(value: object) -> bool:
    """Whether a `Coroutine` provider, or one that depends on such, gave `value`."""
    return hasattr(value, "__await__") and (iscoroutine(value) or isfuture(value))


def _current_task() -> "Task[Any] | None":
    try:
        return current_task()
    except RuntimeError:
        return None


def _running_loop() -> AbstractEventLoop | None:
    try:
        return get_running_loop()
    except RuntimeError:
        return None


def _give_up(unfinished: Any) -> None:
    """End what nobody will await any more."""
    if iscoroutine(unfinished):
        unfinished.close()
    else:
        unfinished.cancel()


def _unknown_resource(key: str, known: list[str]) -> str:
    return f"resources.{key}: there is no such resource" + did_you_mean(key, known, ". ")
