"""`QuickOpening`: the quick path, on which a scope opens what its plan says, step by step.

The rule: there is one meaning and there are two paths. A scope takes the quick path if an `OpeningPlan` could be made,
no config is given and nothing is wrong before anything opens; in any other case `ScopeOpening` prepares it, and reports
all faults. Both open in one order, call the same functions, raise the same errors and are closed by the same
`LifeCycle`. When an open scope is asked for what its plan does not hold, `continued` hands everything over.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from inspect import isawaitable
from typing import Any, cast

from dagwire.containers.dict_opening import opening_of_dict
from dagwire.containers.kept_plans import plan_for
from dagwire.containers.keys import EphemeralContainer, Requirement
from dagwire.containers.nested_resources import DefinitionByKey
from dagwire.containers.opening_plan import opening_of
from dagwire.containers.opening_steps import GENERATOR, RECIPE, SHARED, VALUE, OpeningPlan, Step
from dagwire.containers.planned_calls import KeptCall, filled
from dagwire.containers.prepared_scope import setup_error
from dagwire.containers.provider_checks import read_wrongly
from dagwire.containers.provider_types import AnyProvider
from dagwire.containers.scope_checks import faults_of_replacements, faults_of_requirements
from dagwire.containers.scope_family import ScopeFacts, ScopeFamily
from dagwire.containers.scope_opening import ScopeOpening
from dagwire.containers.scope_plan import ScopePlan
from dagwire.containers.unfinished import finish, is_unfinished
from dagwire.errors import DagwireError, ResourceCycleError, ResourceSetupError
from dagwire.resources.generators import open_generator
from dagwire.resources.init_resource_context import NO_RESOURCES, InitResourceContext, Resources
from dagwire.resources.log_manager import CURRENT_RESOURCE
from dagwire.resources.recipe_checks import faults_of


def quick_opening(
    facts: ScopeFacts,
    family: ScopeFamily,
    keys: tuple[str, ...],
    requirements: Sequence[Requirement],
    opened: dict[str, object],
) -> "QuickOpening | None":
    """The quick opening of a scope; None if it must be prepared on the general path. Nothing is opened.

    Args:
        facts: What the scope is opened with.
        family: What it shares with other scopes of its run.
        keys: What is asked of it, each once.
        requirements: Who asks, if anybody in particular does.
        opened: Takes `{key: resource}`.
    """
    container = facts.container
    if isinstance(container, EphemeralContainer) and not container.has_providers and not facts.replacements:
        simple = opening_of_dict(container.given, _in_order(keys))
        if simple is not None and all(one.expected is None for one in requirements):
            return QuickOpening(facts, family, requirements, opened, None, simple, [*simple.blank])
    try:
        plan = plan_for(facts.container, facts.replacements, _in_order(keys), asynchronous=family.asynchronous)
    except ResourceCycleError:
        return None
    steps = opening_of(plan)
    if steps is None:
        return None
    values = [cast("Any", facts.replacements[key]).provides for key in plan.slots]
    values += steps.blank
    if not plan.is_faultless or (requirements and any(one.expected is not None for one in requirements)):
        try:
            if _is_faulty(facts, plan, steps, values, requirements):
                return None
        except Exception:  # noqa: BLE001  # the general path meets it again, and reports it with all others
            return None
    return QuickOpening(facts, family, requirements, opened, plan, steps, values)


@lru_cache(maxsize=256)
def _in_order(keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(keys))


def _is_faulty(
    facts: ScopeFacts, plan: ScopePlan, steps: OpeningPlan, values: list[object], requirements: Sequence[Requirement]
) -> bool:
    """Whether anything is wrong before anything opens; recipes that can be made by now are among `values` after it."""
    fillings = {slot: facts.replacements[key] for key, slot in plan.slots.items()}
    doubtful = [one for one in requirements if one.expected is not None]
    if faults_of_requirements(plan.graph, doubtful, fillings):
        return True
    if plan.declares_types and any(True for _ in faults_of_replacements(plan, fillings)):
        return True
    for settings in plan.settings:
        settings()
    if any(read_wrongly(one, lambda shared: shared) is not None for one in plan.read_early):
        return True
    for _, place, name, make, args, fills in steps.recipes:
        recipe = values[place] = make(*filled(args, fills, values))
        if faults_of(name, recipe, None, plan.graph.nested.has_key):
            return True
    return False


class QuickOpening:
    """The quick opening of one scope; lives as long as the scope, unless the scope continues on the general path."""

    __slots__ = ("_contexts", "_facts", "_family", "_opened", "_plan", "_requirements", "_steps", "_values")

    def __init__(
        self,
        facts: ScopeFacts,
        family: ScopeFamily,
        requirements: Sequence[Requirement],
        opened: dict[str, object],
        plan: ScopePlan | None,
        steps: OpeningPlan,
        values: list[object],
    ) -> None:
        """See `quick_opening`. Nothing is opened yet; `plan` is None if it was not needed so far."""
        self._facts = facts
        self._family = family
        self._requirements = requirements
        self._opened = opened
        self._plan = plan
        self._steps = steps
        self._values = values
        self._contexts: dict[AnyProvider | str, InitResourceContext] = {}

    @property
    def plan(self) -> ScopePlan:
        """The providers that the keys of the scope reach, in order."""
        if self._plan is None:
            keys = tuple(root.key for root in self._steps.roots)
            facts = self._facts
            self._plan = plan_for(facts.container, facts.replacements, keys, asynchronous=self._family.asynchronous)
        return self._plan

    def _provider(self, provider: AnyProvider | str) -> AnyProvider:
        """The provider of a step, which has the key alone if it opens what was given in a dict."""
        return cast("AnyProvider", self._facts.find(provider)) if isinstance(provider, str) else provider

    async def open(self) -> None:
        """Open everything, dependencies first, each once; put the values of the keys among the opened.

        Raises:
            ResourceSetupError: One could not be opened. Those before it are open still.
        """
        values, life_cycle = self._values, self._family.life_cycle
        entered = None if life_cycle.listener is not None else life_cycle.entered
        outer = CURRENT_RESOURCE.get()
        token = CURRENT_RESOURCE.set(outer)
        provider: AnyProvider | str = ""
        try:
            for step in self._steps.steps:
                kind, place, name, function, args, fills, awaited, provider, _ = step
                CURRENT_RESOURCE.set(outer if kind is SHARED else name)
                if awaited:
                    args = filled(args, fills, values)
                    await finish(args, awaited, life_cycle)
                elif fills:
                    args = [*args]
                    for at, fill in fills:
                        args[at] = fill(values)
                made: Any = function(*args)
                if kind is GENERATOR and entered is not None:
                    values[place] = open_generator(made)
                    entered.append((name, made, None))
                elif kind is not SHARED:
                    values[place] = await self._open_made(step, made)
            CURRENT_RESOURCE.set(outer)
            for key, fill, provider, may_be_awaited in self._steps.roots:  # noqa: B007  # an error names it
                value = fill(values)
                self._opened[key] = await self._awaited(value) if may_be_awaited else value
        except DagwireError:
            raise
        except (Exception, SystemExit) as cause:
            raise self._setup_error(provider, cause) from cause
        finally:
            CURRENT_RESOURCE.reset(token)

    async def _open_made(self, step: Step, made: Any) -> object:
        """Open what the function of a step has made."""
        if step.kind is RECIPE:
            return await self._open_recipe(step, made)
        life_cycle = self._family.life_cycle
        if step.kind is VALUE:
            return await life_cycle.wait_for(made) if isawaitable(made) else made
        return await life_cycle.enter(step.name, made)

    async def _awaited(self, value: object) -> object:
        return await self._family.life_cycle.wait_for(value) if is_unfinished(value) else value

    async def _open_recipe(self, step: Step, recipe: object) -> object:
        facts, family = self._facts, self._family
        required = {key: fill(self._values) for key, fill in step.required}
        context = self._contexts[step.provider] = InitResourceContext(
            None,
            recipe,
            Resources(required) if required else NO_RESOURCES,
            facts.run_id,
            facts.log,
            DefinitionByKey(facts.known_keys, facts.find),
            facts.run,
            facts.instance or family.own_instance,
            family.given_loop,
        )
        return await family.opener.open(step.name, recipe, context)

    def _setup_error(self, provider: AnyProvider | str, cause: BaseException) -> ResourceSetupError:
        requirements = [*self._requirements, *self.plan.required]
        return setup_error(self._facts, self.plan, requirements, self._provider(provider), cause)

    # -- while open ----------------------------------------------------------------------------------------------------

    def opened_names(self) -> Iterable[str]:
        """The names of all that was called, plain values too."""
        return map(self.plan.graph.name, self.plan.order)

    @property
    def nested_keys(self) -> Sequence[str]:
        """The keys of nested containers; a dict of simple resources has none."""
        return () if self._plan is None else self._plan.nested_keys

    def live(self, provider: AnyProvider) -> tuple[Any] | None:
        """The resource of `provider`, alone in a tuple; None if it has none."""
        place = self._steps.place_by_provider.get(provider)
        return None if place is None else (self._values[place],)

    def opening(self, key: str, provider: AnyProvider) -> tuple[object, InitResourceContext] | None:
        """The recipe that was opened for `provider` under `key`, and its context; None if there is none."""
        context = self._contexts.get(key) or self._contexts.get(self.plan.graph.effective_provider(provider))
        return None if context is None else (context.resource_def, context)

    def recipe(self, provider: AnyProvider) -> object:
        """The recipe of `provider`, if it was made before anything opened."""
        early = (one.place for one in self._steps.recipes if one.provider is provider)
        return next((self._values[place] for place in early), None)

    def continued(self) -> ScopeOpening:
        """The opening of the scope on the general path, with everything open that is open here."""
        asked = self._requirements or map(Requirement, self.plan.keys)
        slots = {slot: self._facts.replacements[key] for key, slot in self.plan.slots.items()}
        for provider, place in self._steps.kept.items():
            if self._values[place] is not KeptCall.NOT_MADE:
                self._family.copies.keep(provider, self.plan.private[provider], slots, self._values[place])
        opening = ScopeOpening(self._facts, self._family, asked, self._opened, has_steps=False)
        for named, place in self._steps.place_by_provider.items():
            resource = opening.prepared.providers.resources[self._provider(named)]
            resource.context = self._contexts.get(named)
            resource.recipe = None if resource.context is None else resource.context.resource_def
            if self._values[place] is not KeptCall.NOT_MADE:
                resource.mark_open(self._values[place])
        return opening
