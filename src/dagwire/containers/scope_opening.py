"""`ScopeOpening`: the general path on which a scope opens whatever there is, each resource once."""

from asyncio import Event, Task, current_task, isfuture, shield
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from dependency_injector import providers

from dagwire.containers.keys import Requirement
from dagwire.containers.late_opening import LateOpening
from dagwire.containers.nested_resources import DefinitionByKey
from dagwire.containers.prepared_scope import PreparedScope, setup_error
from dagwire.containers.private_copies import PrivateResource
from dagwire.containers.provider_types import AnyProvider
from dagwire.containers.scope_checks import made_recipe
from dagwire.containers.scope_family import ScopeFacts, ScopeFamily
from dagwire.containers.unfinished import finish, is_unfinished
from dagwire.errors import DagwireError, ResourceSetupError
from dagwire.resources.init_resource_context import NO_RESOURCES, InitResourceContext, Resources
from dagwire.resources.log_manager import CURRENT_RESOURCE
from dagwire.resources.opener import NOTHING_OPEN
from dagwire.resources.retry_and_timeout import NO_RETRY_NO_TIMEOUT, retried


class ScopeOpening(LateOpening):
    """The opening of the resources that one scope was prepared for; lives as long as the scope.

    It is written once, as coroutines; see `dagwire.resources.life_cycle`.
    """

    def __init__(
        self,
        facts: ScopeFacts,
        family: ScopeFamily,
        requirements: Iterable[Requirement],
        opened: dict[str, object],
        *,
        has_steps: bool,
    ) -> None:
        """Copy what `requirements` reach; see `PreparedScope`. Values go into `opened`, `{key: resource}`.

        Raises:
            ResourceCycleError: Providers depend on one another in a cycle.
        """
        prepared = PreparedScope(facts, family, requirements, self, has_steps=has_steps)
        super().__init__(prepared, family)
        self._facts = facts
        self._opened = opened

    @property
    def keys(self) -> Iterable[str]:
        """The keys whose values the scope has, and not the scopes of its steps."""
        keys, of_steps = self.prepared.plan.keys, self.prepared.step_keys
        return [key for key in keys if key not in of_steps] if of_steps else keys

    async def open_all(self) -> None:
        """Open what the requirements reach, dependencies first, each once.

        Raises:
            ResourceSetupError: One could not be opened. Those before it are open still.
        """
        for provider in self._providers.to_open():
            await self.open_one(provider)

    async def open_one(self, provider: AnyProvider) -> None:
        """Open the resource of `provider`, or build it if it is a Singleton that other runs share."""
        resource = self._providers.resources.get(provider)
        try:
            if resource is None:
                self._providers.build_shared(provider)
            elif resource.is_open:
                return
            elif resource.runner.family is self.family:
                await self._open_once(provider, resource)
            elif isfuture(opening := resource()):  # the process scope opens it
                await shield(opening)
        except DagwireError:
            raise
        except (Exception, SystemExit) as cause:
            raise self._setup_error(provider, cause) from cause

    async def _open_once(self, provider: AnyProvider, resource: PrivateResource) -> None:
        """Open `resource`, unless another task of the scope is about to; then wait until it has, or has failed to."""
        task = None if self.family.loop is None else _current_task()
        while resource.opener is not None and resource.opener is not task:
            resource.waiting = resource.waiting or Event()
            await resource.waiting.wait()
        if resource.is_open:
            return
        resource.opener = task
        token = CURRENT_RESOURCE.set(self._providers.name(provider))
        try:
            resource.mark_open(await self._open_resource(provider, resource))
        finally:
            CURRENT_RESOURCE.reset(token)
            resource.opener = None
            if resource.waiting is not None:
                resource.waiting.set()
                resource.waiting = None

    def _setup_error(self, provider: AnyProvider, cause: BaseException) -> ResourceSetupError:
        return setup_error(self._facts, self.prepared.plan, self.prepared.requirements, provider, cause)

    async def _open_resource(self, provider: AnyProvider, resource: PrivateResource) -> object:
        opener = self.family.opener
        name = self._providers.name(provider)
        function = resource.declared.function
        if function is not None and provider not in self.prepared.config_by_provider:
            call = partial(resource.declared.called, function, await self._resolve_arguments(resource))
            if resource.declared.policy is NO_RETRY_NO_TIMEOUT:
                return await opener.open_called(name, call, function.definition)
            open_once = partial(opener.open_called, name, call, function.definition)
        else:
            open_once = await self._from_recipe(name, provider, resource)
        policy = resource.declared.policy
        if policy.retry is None:
            return await open_once(policy.timeout_s)
        is_async = self.family.asynchronous
        return await retried(policy.retry, partial(open_once, policy.timeout_s), name, asynchronous=is_async)

    async def _from_recipe(self, name: object, provider: AnyProvider, resource: PrivateResource) -> Any:
        graph, facts = self.prepared.plan.graph, self._facts
        recipe = resource.recipe
        if recipe is None:
            recipe = resource.recipe = made_recipe(resource.declared, await self._resolve_arguments(resource), name)
        context = resource.context = InitResourceContext(
            resource_config=self.prepared.config_by_provider.get(provider),
            resource_def=recipe,
            resources=await self._resolve_required(provider) if provider in graph.required_keys else NO_RESOURCES,
            run_id=facts.run_id,
            run=facts.run,
            instance=facts.instance or self.family.own_instance,
            log=facts.log,
            all_resource_defs=DefinitionByKey(facts.known_keys, facts.find),
            event_loop=self.family.given_loop,
        )
        nested = await self._resolve_nested(provider) if provider in graph.nested_keys else NOTHING_OPEN
        return partial(self.family.opener.open, name, recipe, context, nested)

    # -- the values that a resource is made of -------------------------------------------------------------------------

    async def _resolve_arguments(self, resource: PrivateResource) -> list[Any]:
        values = self._providers.values_for(resource)
        resources = self._providers.resources
        injected = resource.declared.injected_providers
        places = [place for place, provider, is_called in injected if is_called and provider not in resources]
        await finish(values, places, self.family.life_cycle)
        return values

    async def _resolve_required(self, provider: AnyProvider) -> Resources:
        """The resources that a resource definition names by key, open already: they are its dependencies."""
        return Resources({key: await self.read(key) for key in self.prepared.plan.graph.required_keys[provider]})

    async def _resolve_nested(self, provider: AnyProvider) -> Mapping[int, object]:
        """`{id(recipe): live thing}` of what is nested in a resource and has a key of its own, open already."""
        nested = self.prepared.plan.graph.nested_keys[provider]
        return {id_: await self._value_of(found) for id_, found in nested.items()}

    async def read(self, key: str) -> object:
        """The value under `key`; what is called for it is called once a scope."""
        if key in self._opened:
            return self._opened[key]
        provider = self.prepared.plan.graph.provider_by_key[key]
        assert provider is not None  # noqa: S101  # the checks reported missing keys
        resource = self._providers.resources.get(provider)
        if resource is not None:
            return resource.value
        try:
            value = self._opened[key] = await self._value_of(provider)
        except DagwireError:
            raise
        except (Exception, SystemExit) as cause:
            raise self._setup_error(provider, cause) from cause
        return value

    async def _value_of(self, provider: AnyProvider) -> Any:
        value = self._providers.value(provider)
        if is_unfinished(value) and not isinstance(
            self._providers.current(provider), (providers.Object, PrivateResource)
        ):
            return await self.family.life_cycle.wait_for(value)
        return value  # a task that is a resource itself, given as it is or opened already, is not awaited


def _current_task() -> "Task[Any] | None":
    try:
        return current_task()
    except RuntimeError:
        return None
