"""The quick path of a direct call: an asset called as its function is, with arguments that need no preparation.

The rule: a call takes this path if the asset is plain, as for `PlainStep`, takes no context, and is bound to no
resources; if its parameters are passed and nothing else, each input of its type; and if the value that comes back is of
its type and no more. Resources among the arguments are open for the call. In all other cases `direct_calls` sorts and
checks the arguments, or the result, so that each message has one source.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeGuard

from dagwire.config.values.type_guards import SCALARS
from dagwire.containers.build_resources import build_resources
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.ops.plain_step import classes_of, is_class, is_plain_definition
from dagwire.definitions.steps.body_context import BodyContext
from dagwire.definitions.steps.signature import RESULT
from dagwire.definitions.steps.step_definition import AnyStep
from dagwire.execution.plain_results import is_plain_result
from dagwire.resources.configurable_resource import ConfigurableResourceFactory
from dagwire.resources.resource_definition import ResourceDefinition

_KEPT = "_plain_call"
"""The attribute in which a definition keeps the facts of its calls. A copy has it too, so they name their owner."""


Finish = Callable[[AssetsDefinition, object], object]
"""Checks a result that is more than a value."""


class PlainCall:
    """The facts of the direct calls of a plain asset, made once; lives as long as the asset."""

    def __init__(self, owner: AssetsDefinition) -> None:
        """Read the facts of `owner`."""
        signature = owner.body.signature
        self._owner = owner
        self._function = owner.body.function
        self._names = frozenset(signature.parameters)
        self._required = frozenset(signature.keys) | {
            name for name, parameter in signature.inputs.items() if not parameter.is_optional
        }
        self._positional = signature.positional
        self._key_by_parameter = signature.keys
        declared = {name: classes_of(owner.input_type(name)) for name in signature.inputs}
        self._classes_by_input = {name: classes for name, classes in declared.items() if classes is not None}
        self._classes = classes_of(owner.output_type(RESULT))

    def named(self, args: Sequence[object], kwargs: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Return `{parameter: argument}`; None if the call is not plain."""
        if args:
            names = self._positional[: len(args)]
            if len(names) < len(args) or not kwargs.keys().isdisjoint(names) or isinstance(args[0], BodyContext):
                return None
            kwargs = {**dict(zip(names, args, strict=True)), **kwargs}
        if not self._required <= kwargs.keys() <= self._names:
            return None
        for name, classes in self._classes_by_input.items():
            if name in kwargs and not isinstance(kwargs[name], classes):
                return None
        return kwargs

    def call(self, arguments: Mapping[str, Any], finish: Finish) -> object:
        """Call the function with its resources open; `finish` checks a result that is more than a value."""
        for parameter in self._key_by_parameter:
            if _is_recipe(arguments[parameter]):
                return self._call_with_open(arguments, finish)
        returned = self._function(**arguments)
        return returned if is_plain_result(returned, self._classes) else finish(self._owner, returned)

    def _call_with_open(self, arguments: Mapping[str, Any], finish: Finish) -> object:
        named = {key: arguments[parameter] for parameter, key in self._key_by_parameter.items()}
        with build_resources({key: value for key, value in named.items() if _is_recipe(value)}) as opened:
            resources = opened.original_resource_dict
            live = {name: resources[key] for name, key in self._key_by_parameter.items() if key in resources}
            returned = self._function(**{**arguments, **live})
            return returned if is_plain_result(returned, self._classes) else finish(self._owner, returned)


_RECIPES = (ConfigurableResourceFactory, ResourceDefinition)


def _is_recipe(value: object) -> bool:
    return type(value) not in SCALARS and isinstance(value, _RECIPES)


def _has_plain_calls(definition: AnyStep) -> TypeGuard[AssetsDefinition]:
    if type(definition) is not AssetsDefinition or not is_plain_definition(definition) or definition.bindings:
        return False
    signature = definition.body.signature
    types = (definition.output_type(RESULT), *map(definition.input_type, signature.inputs))
    has_paths = any("." in key for key in signature.keys.values())
    return signature.context is None and not signature.takes_any_name and not has_paths and all(map(is_class, types))


def plain_call(definition: AnyStep) -> PlainCall | None:
    """Return the facts of the direct calls of `definition`; None if none of its calls is plain."""
    kept: tuple[AnyStep, PlainCall | None] | None = vars(definition).get(_KEPT)
    if kept is None or kept[0] is not definition:
        facts = PlainCall(definition) if _has_plain_calls(definition) else None
        kept = vars(definition)[_KEPT] = (definition, facts)
    return kept[1]
