"""One run scope for all resources that Dagster opens in one pass: a run in one process, a step elsewhere, a tick."""

import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import dagster as dg

from dagwire.config.files.run_config import as_run_config
from dagwire.containers.as_container import provider_of
from dagwire.containers.effective_replacements import effective_replacements
from dagwire.containers.keys import Container, Requirement
from dagwire.containers.provider_types import AnyProvider
from dagwire.containers.run_scope import RunScope
from dagwire.containers.scope_checks import raise_faults
from dagwire.containers.step_scopes import StepScopes
from dagwire.integrations.dagster.launch_config import changed_config
from dagwire.integrations.dagster.shown_config import ShownConfig
from dagwire.integrations.dagster.step_failure import StepWatch, run_id_of
from dagwire.resources.run_without_loop import drive


class CarriedResource(NamedTuple):
    """A key of the container, and what Dagster is told of it."""

    key: str
    name: str
    """Dagster's name for the key."""
    shown: ShownConfig
    required: Mapping[str, str]
    """`{key: Dagster's name}` of the keys that it depends on, whatever settings say."""
    bindings: Mapping[str, AnyProvider]
    """`{key: provider}` of the resources that belong to one step alone, for the one that asks for this."""


class LeftToStep(NamedTuple):
    """In the place of a resource that lives for a step: each attempt of a body of dagwire's opens one of its own."""

    scope: RunScope
    key: str

    async def opened(self, step: StepScopes, asker: str) -> object:
        """Open it in the scopes of an attempt, which closes it; `asker` is named in messages."""
        await step.open(self.scope, [self.key], asker)
        return self.scope.value(self.key)


class SharedScopes:
    """The scopes of the passes that are under way; lives as long as the container."""

    def __init__(self, container: Container, carried: Mapping[str, CarriedResource], *, has_steps: bool) -> None:
        """Open nothing yet.

        Args:
            container: Where keys are looked up.
            carried: What Dagster knows of each key.
            has_steps: Whether bodies are dagwire's, which open what lives for a step. A body of Dagster's cannot.
        """
        self.has_steps = has_steps
        self.kept_for_pass: set[str] = set()
        """The names that live for the pass nevertheless: Dagster asks for them, or a coroutine in a loop that runs."""
        self._container = container
        self._carried = carried
        self._passes: dict[object, _Pass] = {}
        self._lock = threading.Lock()

    @contextmanager
    def opened(self, carried: CarriedResource, context: dg.InitResourceContext) -> Generator[object]:
        """Open a resource in the scope of its pass; the last key that is left closes the scope.

        Raises:
            InvalidDefinitionError: Something is missing, unset or declared wrongly. Nothing was opened.
            ResourceSetupError: It could not be opened.
        """
        # The mapping is the same object for all keys of a pass, in the definitions nested in others too.
        name = (id(context.all_resource_defs), run_id_of(context), threading.get_ident())
        with self._lock:
            found = self._passes.get(name)
            if found is None:
                has_steps = self.has_steps and context.run is not None
                found = self._passes[name] = _Pass(self._container, self._carried, context, has_steps=has_steps)
            found.users += 1
        try:
            yield found.open(carried, context, is_kept=carried.name in self.kept_for_pass)
        finally:
            found.users -= 1
            if not found.users:
                with self._lock:
                    del self._passes[name]
                found.close()

    def note_failure(self, run_id: str, failure: BaseException | None) -> None:
        """Keep the error of a step of a run, for its resources; None when the step is tried again."""
        for one in list(self._passes.values()):
            if one.run_id == run_id:
                one.failure = failure


class _Pass:
    """The scope of one pass."""

    def __init__(
        self,
        container: Container,
        carried: Mapping[str, CarriedResource],
        context: dg.InitResourceContext,
        *,
        has_steps: bool,
    ) -> None:
        self.users = 0
        self._kept: list[RunScope] = []
        """The scopes of what would live for a step, and is needed for the pass."""
        self.run_id = run_id_of(context)
        self.failure: BaseException | None = None
        """The error of a step whose body is one of dagwire's; of other bodies Dagster keeps the text alone."""
        self._definitions = context.all_resource_defs  # kept, since a pass is known by the id of this
        self._watch = StepWatch(context)
        self._value_by_key: dict[str, object] = {}
        self._replaced: dict[str, AnyProvider] = {}
        self._config_by_key = _launch_config(carried, context)
        working = effective_replacements(container)
        run: object = context.run
        instance: Any = context.instance  # asked in the same words as ours
        self._scope = RunScope(
            working.container,
            replacements=working.by_key(),
            config_by_key=self._config_by_key,
            run_id=self.run_id,
            run=run,
            instance=instance,
            logger=context.log,  # type: ignore[arg-type]  # None only by its annotation
            has_steps=has_steps,
        )
        if context.event_loop is not None:
            self._scope.use_event_loop(context.event_loop)
        raise_faults(self._scope.prepare([]))
        drive(self._scope.open())

    def open(self, carried: CarriedResource, context: dg.InitResourceContext, *, is_kept: bool) -> object:
        """Open the resource, or what Dagster has put in the place of one that it depends on.

        What lives for a step is left to the steps, unless it `is_kept` for the whole pass.
        """
        key = carried.key
        config = changed_config(key, carried.shown, context.resource_config)
        if config is not None:
            self._config_by_key[key] = config
        self._note_replaced(carried.required, context.resources)
        others = {one: provider for one, provider in self._replaced.items() if one != key}
        scope = self._scope.inner({**others, **carried.bindings})
        raise_faults(scope.prepare([Requirement(key)]))
        drive(scope.open())
        value = self._value(scope, key, is_kept=is_kept)
        if key not in carried.bindings:
            self._value_by_key[key] = value
        return value

    def _value(self, scope: RunScope, key: str, *, is_kept: bool) -> object:
        if not scope.lives_for_step(key):
            return scope.value(key)
        if not is_kept:
            return LeftToStep(scope, key)
        own = scope.for_step(self._kept[0] if self._kept else None)
        self._kept.append(own)
        drive(own.open_more([Requirement(key)]))
        return own.opened[key]

    def _note_replaced(self, required: Mapping[str, str], resources: object) -> None:
        """Dagster's dict may hold another resource under the name of ours: whatever depends on ours gets that one."""
        for key, name in required.items():
            value = getattr(resources, name)
            if value is not self._value_by_key.get(key, resources):
                self._replaced[key] = provider_of(key, value)

    def close(self) -> None:
        """Close everything in reverse; each close gets the failure of the step, if it failed."""
        failure = self.failure or self._watch.failure()
        try:
            if self._kept:
                drive(self._kept[0].close(failure))
        finally:
            drive(self._scope.close(failure))


def _launch_config(carried: Mapping[str, CarriedResource], context: dg.InitResourceContext) -> dict[str, Any]:
    """`{key: changes}` for the whole run: what is not opened by Dagster itself takes its config from here."""
    run_config: Any = context.run.run_config if context.run is not None else {}
    given = as_run_config({"resources": run_config.get("resources", {})}).resources
    key_by_name = {one.name: key for key, one in carried.items()}
    found = {key_by_name[name]: config for name, config in given.items() if name in key_by_name}
    changes = {key: changed_config(key, carried[key].shown, config) for key, config in found.items()}
    return {key: config for key, config in changes.items() if config is not None}
