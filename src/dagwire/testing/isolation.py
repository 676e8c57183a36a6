"""`OneTest`: what one test works on, so that no other test does."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager, nullcontext
from types import TracebackType
from typing import Any, Self

from dagwire.config.environments.environment import environment
from dagwire.config.values.variable_overrides import VariableOverrides, override_variables
from dagwire.containers.container_copy import ContainerCopy, original_of
from dagwire.containers.isolated_copy import another_of, isolated_copy
from dagwire.containers.keys import Container, find_provider, keys_of
from dagwire.containers.overrides import (
    Layer,
    begin_override,
    end_override,
    in_force,
    only_layers,
    override_layer,
)
from dagwire.containers.resource_provider import AnyResourceProvider, ResourceProvider
from dagwire.errors import DagwireError, InvalidInvocationError, UnknownNameError
from dagwire.testing.activity import Record, recorded_in
from dagwire.testing.isolated_settings import ChangedVariableWarning, OwnSettings, known_variables, own_settings
from dagwire.testing.marks import Marks
from dagwire.testing.resource_spy import Recorder

__tracebackhide__ = True


class OneTest:
    """A copy of the container, and the overrides and variables that hold for one test; lives as long as the test.

    Overrides by marks and fixtures, before the test's body begins, hold in every thread and task that works through the
    test's fixtures. Overrides by the body hold in the thread or task that makes them.
    """

    def __init__(self, container: Container, marks: Marks, record: Record) -> None:
        """Copy the container. Nothing is in force yet.

        Raises:
            UnknownNameError: A mark names a variable that nothing reads.
            UnknownEnvironmentError: A mark names an environment that there is not.
        """
        self.container: ContainerCopy = container if isinstance(container, ContainerCopy) else isolated_copy(container)
        self.record = record
        self.is_being_set_up = True
        known = known_variables(self.container)
        _check_known("variable", marks.variables, known)
        self.settings: list[OwnSettings] = list(own_settings(self.container, marks.variables))
        if marks.environment is not None:
            self._check_environment(marks.environment)
        self._until_end = ExitStack()
        self._marks = marks
        self._variables = VariableOverrides(marks.variables)
        self._standing = [Layer(original_of(container), {}, copy=self.container, owner=self)]
        """The overrides that hold in every thread and task of this test."""
        self._own: list[Layer] = []
        """The overrides of this test."""
        self.after_body: list[Callable[[], Awaitable[None]]] = []
        """Awaited after the body, in its task."""
        self.overridden_before: list[tuple[str, Any, tuple[Any, ...]]] = list(_overridden(original_of(container)))
        self.known_variables = known

    def _check_environment(self, name: str) -> None:
        profiles = [settings.provider.profiles for settings in self.settings]
        declared = [one for one in profiles if one is not None]
        if not declared:
            _check_known("environment", [name], [])
        for one in declared:
            one[name]  # raises where there is none

    # -- from set-up to end --------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Put in force, in this context, what the marks say.

        Raises:
            UnknownNameError: A mark names a key that there is not.
        """
        if self._marks.environment is not None:
            self._until_end.enter_context(environment(self._marks.environment))
        self._until_end.enter_context(override_variables(self._variables))
        begin_override(self._standing[0])
        for marked, values in self._marks.overrides:
            layer = self._override({key: _made(marked, key, value) for key, value in values.items()})
            self.record.line_by_layer[layer] = marked

    def end(self) -> None:
        """Take away all that is overridden, in every thread and task that has it."""
        for layer in (*self._standing, *self._own):
            layer.replacements.clear()
            end_override(layer)
        self._until_end.close()

    @contextmanager
    def in_force(self) -> Generator[None]:
        """Have all that holds for this test hold in a block, whichever thread or task it runs in."""

        def of_this_test(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
            ours = [layer for layer in layers if layer.owner in (None, self)]
            return (*(layer for layer in self._standing if layer not in ours), *ours)

        chosen = self._marks.environment
        with (
            recorded_in(self.record),
            environment(chosen) if chosen is not None else nullcontext(),
            override_variables(self._variables),
            only_layers(of_this_test),
        ):
            yield

    @asynccontextmanager
    async def in_force_until_closed(self) -> AsyncGenerator[None]:
        """Have all that holds for this test hold in a coroutine's body, and close what it opened, in the same task."""
        with self.in_force():
            try:
                yield
            finally:
                for close in self.after_body:
                    await close()

    # -- overriding ----------------------------------------------------------------------------------------------------

    def override(self, replacements: Mapping[str, object] | None = None, /, **by_name: object) -> "Overriding":
        """Replace resources for the rest of the test; in a `with` block, for the block."""
        return Overriding(self._override({**(replacements or {}), **by_name}))

    def _override(self, replacements: Mapping[str, object]) -> Layer:
        try:
            layer = override_layer(self.container, replacements, owner=self)
        except DagwireError as error:
            raise error.with_traceback(None)  # noqa: B904  # the same, shown from the caller's line on
        begin_override(layer, stacklevel=4)  # the test's line, below the fixture's two
        self._own.append(layer)
        if self.is_being_set_up:
            self._standing.append(layer)
        return layer

    def recorder(self, key: str) -> Recorder:
        """Record what becomes of the resource under `key`, for the rest of the test; the resource itself is used.

        Raises:
            UnknownNameError: There is no such key.
        """
        self._check_keys([key])
        recorder = Recorder(key)
        with self.in_force():
            _, overrides = in_force(self.container)
        real = overrides.get(key) or another_of(self.container, key)
        watched: AnyResourceProvider = ResourceProvider(recorder.watched, real)
        self._override({key: watched})
        return recorder

    # -- what was opened -----------------------------------------------------------------------------------------------

    def assert_opened(self, *keys: str) -> None:
        """Fail unless the test has opened each of the resources under `keys`, or called the providers there.

        Raises:
            UnknownNameError: There is no such key.
        """
        self._check_keys(keys)
        missing = [key for key in keys if key not in self.record.reached]
        if missing:
            msg = f"never opened: {_listed(missing)}. Opened: {_listed(sorted(self.record.reached))}."
            raise AssertionError(msg)

    def assert_never_opened(self, *keys: str) -> None:
        """Fail if the test has opened one of the resources under `keys`.

        Raises:
            UnknownNameError: There is no such key.
        """
        self._check_keys(keys)
        opened = {one.name: one.line for one in self.record.opened}
        found = [f"{key} ({opened.get(key, 'called')})" for key in keys if key in self.record.reached]
        if found:
            msg = f"opened: {_listed(found)}."
            raise AssertionError(msg)

    def _check_keys(self, keys: Iterable[str]) -> None:
        _check_known("resource", keys, list(keys_of(self.container)))

    def changed_in_vain(self) -> Iterator[ChangedVariableWarning]:
        """A warning for each variable that was changed after the test's settings had read it."""
        for settings in self.settings:
            yield from settings.changed_in_vain()


class Overriding:
    """An override that is in force; leaving it as a `with` block ends it before the test ends."""

    def __init__(self, layer: Layer) -> None:
        """`layer` is what it consists of."""
        self._layer = layer

    def __enter__(self) -> Self:
        """Nothing more: it is in force."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End it, wherever it holds."""
        self._layer.replacements.clear()
        end_override(self._layer)


Override = Callable[..., Overriding]
"""The type of the fixture `override`: called as `override(db=FakeDb())`, or with `{key: value}` if keys are paths."""


def _overridden(container: Container) -> Iterator[tuple[str, object, tuple[object, ...]]]:
    """`(key, provider, what overrides it)` by dependency-injector's own means."""
    for key in keys_of(container):
        provider: Any = find_provider(container, key)
        yield key, provider, provider.overridden


def _made(marked: str, key: str, value: object) -> object:
    """The replacement that a mark puts under `key`: a new object if `value` is a class.

    Raises:
        InvalidInvocationError: The class cannot be called without arguments.
    """
    if not isinstance(value, type):
        return value
    try:
        return value()
    except Exception as cause:
        problem = f"puts a new {value.__name__} under '{key}', which cannot be made: {cause}. Give an object."
        raise InvalidInvocationError(marked[0].upper() + marked[1:], problem) from cause


def _check_known(kind: str, names: Iterable[str], known: list[str]) -> None:
    """Raise unless all `names` are known.

    Raises:
        UnknownNameError: The first that is not.
    """
    for name in names:
        if name not in known:
            raise UnknownNameError(kind, name, known)


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "nothing"
