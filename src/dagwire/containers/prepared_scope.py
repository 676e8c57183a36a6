"""`PreparedScope`: what the keys of a scope reach, copied and checked before anything opens."""

from collections.abc import Collection, Iterable, Mapping

from dagwire.containers.kept_plans import plan_for
from dagwire.containers.keys import Requirement
from dagwire.containers.private_copies import Runner
from dagwire.containers.provider_graph import ProviderGraph
from dagwire.containers.provider_types import AnyProvider
from dagwire.containers.scope_checks import (
    Users,
    faults_before_opening,
    faults_of_replacements,
    faults_of_requirements,
)
from dagwire.containers.scope_family import ScopeFacts, ScopeFamily
from dagwire.containers.scope_plan import ScopePlan
from dagwire.containers.scope_providers import ScopeProviders
from dagwire.errors import DagwireError, ResourceSetupError


class PreparedScope:
    """A scope's plan, its private copies and the config of its resources; lives as long as the scope."""

    def __init__(
        self,
        facts: ScopeFacts,
        family: ScopeFamily,
        requirements: Iterable[Requirement],
        runner: Runner,
        *,
        has_steps: bool,
    ) -> None:
        """Copy what `requirements` reach. Nothing is called or opened.

        Args:
            facts: What the scope is opened with.
            family: What it shares with other scopes of its run.
            requirements: What is asked of it.
            runner: What opens its resources.
            has_steps: Whether what lives for a step is left to the scopes of steps.

        Raises:
            ResourceCycleError: Providers depend on one another in a cycle.
        """
        self.requirements: list[Requirement] = list(requirements)
        keys = tuple(sorted({requirement.key for requirement in self.requirements}))
        plan = plan_for(facts.container, facts.replacements, keys, asynchronous=family.asynchronous)
        self.plan: ScopePlan = plan
        self.requirements += plan.required
        self._fillings = {slot: facts.replacements[key] for key, slot in plan.slots.items()}
        self.config_by_provider: Mapping[AnyProvider, object] = _configs(facts, plan.graph)
        left_out = plan.of_steps if has_steps else frozenset[AnyProvider]()
        self.providers: ScopeProviders = ScopeProviders(
            plan, self._fillings, family.copies, runner, self.config_by_provider, left_out
        )
        self._has_config = bool(facts.config_by_key)
        self.step_keys: Collection[str] = ()
        """The keys that live for a step, and are left to the scopes of steps."""
        if left_out:
            self.step_keys = {key for key in keys if plan.graph.provider_by_key[key] in left_out}

    def faults(self, *, is_opened: bool) -> list[DagwireError]:
        """Everything that is wrong with what is asked.

        `is_opened` is False if nobody opens the scope afterwards, and all of it is only checked.
        """
        plan = self.plan
        is_complete = plan.has_all_keys
        if plan.is_faultless and not self._has_config and all(one.expected is None for one in self.requirements):
            return []
        doubtful = [one for one in self.requirements if one.expected is not None or not is_complete]
        faults = faults_of_requirements(plan.graph, doubtful, self._fillings)
        if plan.declares_types:
            faults += faults_of_replacements(plan, self._fillings)
        faults += plan.lifetime_faults
        users = Users(plan, self.requirements)
        return [*faults, *faults_before_opening(self.providers, self.config_by_provider, users, is_opened=is_opened)]

    def recipe(self, provider: AnyProvider) -> object:
        """The recipe of `provider`, if it was made before anything opened."""
        return self.providers.resources[provider].recipe

    # -- for messages --------------------------------------------------------------------------------------------------

    def opened_names(self) -> Iterable[str]:
        """The names of all that was called, plain values too."""
        plan = self.plan
        called = self.providers.called_by(plan.roots) if plan.has_selectors else plan.order
        left_out = plan.of_steps if self.step_keys else ()
        return [plan.graph.name(provider) for provider in called if provider not in left_out]


def setup_error(
    facts: ScopeFacts,
    plan: ScopePlan,
    requirements: Iterable[Requirement],
    provider: AnyProvider,
    cause: BaseException,
) -> ResourceSetupError:
    """The error of `provider`, which could not be opened: it names the askers that wanted it, or what depends on it."""
    asked = ((requirement.asker, facts.find(requirement.key)) for requirement in requirements)
    askers = dict.fromkeys(asker for asker, root in asked if asker and root and provider in plan.graph.in_order([root]))
    return ResourceSetupError(plan.graph.name(provider), askers, cause)


def _configs(facts: ScopeFacts, graph: ProviderGraph) -> dict[AnyProvider, object]:
    """`{provider: config}` of the run's config."""
    found = ((graph.find(key), config) for key, config in facts.config_by_key.items())
    return {graph.effective_provider(provider): config for provider, config in found if provider is not None}


def faults_beside_a_cycle(facts: ScopeFacts, requirements: Collection[Requirement]) -> list[DagwireError]:
    """The missing keys and wrong types of a scope whose plan cannot be made, as its providers are in a cycle."""
    graph = ProviderGraph(facts.container, facts.replacements)
    graph.read_all_below(sorted({requirement.key for requirement in requirements}))
    return faults_of_requirements(graph, [*requirements, *graph.required_by_resources()])
