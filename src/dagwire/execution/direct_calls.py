"""`call_directly`: the body of an asset, an op or a check, called outside a run, as in a test."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Generator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from inspect import isasyncgen, isasyncgenfunction, isawaitable, iscoroutinefunction, isgenerator, isgeneratorfunction
from typing import Any

from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.ops.op import OpDefinition
from dagwire.definitions.specs.results import is_dynamic_output, is_output
from dagwire.definitions.steps.body import Body
from dagwire.definitions.steps.call_arguments import sort_arguments
from dagwire.definitions.steps.hook import HookDefinition
from dagwire.definitions.steps.step_definition import AnyStep
from dagwire.definitions.steps.type_checks import check_value
from dagwire.definitions.value_types.type_check import TypeCheckContext
from dagwire.execution.asset_outcomes import asset_outcome
from dagwire.execution.build_contexts import (
    build_asset_check_context,
    build_asset_context,
    build_hook_context,
    build_op_context,
)
from dagwire.execution.contexts import OpExecutionContext
from dagwire.execution.direct_arguments import PreparedCall, prepare_call
from dagwire.execution.direct_contexts import DirectStepContext
from dagwire.execution.op_outcomes import op_outcome
from dagwire.execution.outcomes import Yielded
from dagwire.execution.partition_selection import NO_PARTITIONS
from dagwire.execution.plain_direct_calls import plain_call
from dagwire.resources.init_resource_context import NO_RESOURCES
from dagwire.resources.log_manager import EPHEMERAL_RUN_ID


def call_directly(definition: AnyStep, args: Sequence[object], kwargs: Mapping[str, object]) -> Any:
    """Call the body of `definition` outside a run; see `StepDefinition.__call__`."""
    plain = plain_call(definition)
    arguments = None if plain is None else plain.named(args, kwargs)
    if plain is not None and arguments is not None:
        return plain.call(arguments, _check_more_than_a_value)
    passed = sort_arguments(definition.body, args, kwargs)
    context = passed.context if passed.context is not None else _new_context(definition)
    context.bind(definition)
    try:
        return _DirectCall(definition, context, prepare_call(definition, context, passed)).start()
    except BaseException:
        context.unbind()
        raise


def _check_more_than_a_value(definition: AssetsDefinition, returned: object) -> object:
    prepared = PreparedCall({}, {}, {}, ())
    return _DirectCall(definition, build_asset_context(), prepared).checked(returned)


def call_hook_directly(
    hook: HookDefinition, body: Body, args: Sequence[object], kwargs: Mapping[str, object]
) -> object:
    """Call the function of a hook outside a run; see `HookDefinition.__call__`."""
    name = body.signature.context or ""
    if args and args[0] is None:
        args = (build_hook_context(), *args[1:])
    elif name in kwargs and kwargs[name] is None:
        kwargs = {**kwargs, name: build_hook_context()}
    return body.call(hook, args, kwargs)


def _new_context(definition: AnyStep) -> DirectStepContext:
    if definition.body.signature.context_type is OpExecutionContext or isinstance(definition, OpDefinition):
        return build_op_context()
    return build_asset_context() if isinstance(definition, AssetsDefinition) else build_asset_check_context()


class _DirectCall:
    """A direct call; lives as long as it. Its context is bound before, and freed when the body has ended."""

    def __init__(self, definition: AnyStep, context: DirectStepContext, prepared: PreparedCall) -> None:
        self._definition = definition
        self._body = definition.body
        self._context = context
        self._prepared = prepared
        self._types = TypeCheckContext(EPHEMERAL_RUN_ID)

    def start(self) -> Any:
        """Call the body; a generator or a coroutine does so as it is used."""
        function = self._body.function
        if iscoroutinefunction(function):
            return self._awaited()
        if isasyncgenfunction(function):
            return self._agenerated()
        if isgeneratorfunction(function):
            return self._generated()
        with self._opened() as arguments:
            return self.checked(self._invoke(arguments))

    async def _awaited(self) -> Any:
        async with self._aopened() as arguments:
            return self.checked(await self._invoke(arguments))

    async def _agenerated(self) -> AsyncIterator[object]:
        async with self._aopened() as arguments:
            async for item in self._achecked_items(self._invoke(arguments)):
                yield item

    def _generated(self) -> Iterator[Any]:
        with self._opened() as arguments:
            yield from self._checked_items(self._invoke(arguments))

    def _invoke(self, arguments: Mapping[str, object]) -> Any:
        leading = () if self._body.signature.context is None else (self._context,)
        return self._body.function(*leading, **arguments)

    # -- resources -----------------------------------------------------------------------------------------------------

    @contextmanager
    def _opened(self) -> Generator[Mapping[str, object]]:
        """Open resources for the call; close them and free the context after it. Yield `{parameter: argument}`."""
        replacements = self._prepared.to_open
        keys = (*replacements, *self._held_for_call())
        try:
            if not keys:
                yield self._arguments({})
                return
            with self._context.held.opening(keys, replacements) as opened:
                yield self._arguments(opened.original_resource_dict)
        finally:
            self._context.unbind()

    @asynccontextmanager
    async def _aopened(self) -> AsyncGenerator[Mapping[str, object]]:
        """Open resources for the call in the caller's event loop; see `_opened`."""
        replacements = self._prepared.to_open
        keys = (*replacements, *self._held_for_call())
        try:
            if not keys:
                yield self._arguments({})
                return
            async with self._context.held.aopening(keys, replacements) as opened:
                yield self._arguments(opened.original_resource_dict)
        finally:
            self._context.unbind()

    def _held_for_call(self) -> Sequence[str]:
        return self._context.held.opened_for_call(key for key in self._body.keys if key in self._prepared.held)

    def _arguments(self, opened: Mapping[str, object]) -> dict[str, Any]:
        """Return `{parameter: argument}`; the context has the resources, too. Arguments are checked."""
        prepared, signature = self._prepared, self._body.signature
        needed = [key for key in self._body.keys if key in prepared.held and key not in opened]
        held: Mapping[str, object] = self._context.resources.originals(needed) if needed else {}
        resources = {**held, **prepared.plain, **opened}
        if prepared.plain or opened:
            self._context.show_resources(resources)
        keys = self._definition.resources_by_type
        self._types = TypeCheckContext(EPHEMERAL_RUN_ID, self._context.resources if keys else NO_RESOURCES)
        self._check_inputs(prepared.arguments)
        return {**prepared.arguments, **{name: resources[key] for name, key in signature.keys.items()}}

    # -- checks --------------------------------------------------------------------------------------------------------

    def _check_inputs(self, arguments: Mapping[str, object]) -> None:
        for name, dagster_type in self._definition.checked_inputs.items():
            if name in arguments:
                check_value(self._body.owner, "input", name, dagster_type, arguments[name], self._types)

    def checked(self, returned: object) -> object:
        """Check the result of a function that is neither a coroutine function nor a generator function.

        Such a function may still return a generator or an awaitable that another function made.
        """
        if isgenerator(returned):
            return self._checked_items(returned)
        if isasyncgen(returned):
            return self._achecked_items(returned)
        if isawaitable(returned):
            return self._checked_awaitable(returned)
        self._check_result(returned)
        return returned

    async def _checked_awaitable(self, returned: Awaitable[object]) -> object:
        return self.checked(await returned)

    def _checked_items(self, items: Iterator[object]) -> Iterator[object]:
        seen = Yielded()
        for item in items:
            self._check_item(item)
            seen.append(item)
            yield item
        self._check_result(seen)

    async def _achecked_items(self, items: AsyncIterator[object]) -> AsyncIterator[Any]:
        seen = Yielded()
        async for item in items:
            self._check_item(item)
            seen.append(item)
            yield item
        self._check_result(seen)

    def _check_item(self, item: object) -> None:
        if (is_output(item) or is_dynamic_output(item)) and item.output_name in self._definition.output_names:
            dagster_type = self._definition.output_type(item.output_name)
            check_value(self._body.owner, "output", item.output_name, dagster_type, item.value, self._types)
        self._context.observe(item)

    def _check_result(self, returned: object) -> None:
        if isinstance(self._definition, OpDefinition):
            op_outcome(self._definition, returned, None, self._types)
        elif isinstance(self._definition, AssetsDefinition):
            asset_outcome(self._definition, None, returned, None, NO_PARTITIONS, self._types)
