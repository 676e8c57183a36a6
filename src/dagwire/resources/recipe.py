"""`ConfiguredRecipe`: a model whose fields are config, with nested resources and life-cycle methods."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeGuard, cast, get_args

from pydantic import BaseModel

from dagwire.config.schema.config import Config
from dagwire.config.values.config_dict import as_resolved_dict
from dagwire.config.values.model_introspection import key_of
from dagwire.config.values.nested_values import of_its_kind
from dagwire.config.values.type_guards import SCALARS, is_mapping, is_sequence
from dagwire.errors import InvalidInvocationError, UnopenedAttributeError
from dagwire.resources.init_resource_context import InitResourceContext
from dagwire.resources.life_cycle_methods import (
    Manager,
    OpenedByMethods,
    aopened_by_methods,
    call_manager_method,
    is_manager_function,
    waits,
)
from dagwire.resources.post_init import run_if_resolved
from dagwire.resources.product import Making, Product, T
from dagwire.resources.resource_definition import ResourceDefinition

_POST_INIT = "model_post_init"
"""The method of the user's that pydantic calls by its name."""
_OPENING = "setup_for_execution"
_CLOSING = ("teardown_after_execution", "yield_for_execution")


class ConfiguredRecipe(Product[T], Config):
    """A recipe configured by its fields; a run scope opens a private copy of it, and closes that.

    In the copy, fields are validated, variables read, private attributes fresh and nested resources open.
    """

    __slots__ = ("_context", "_is_late", "_is_open")

    is_part_of_its_owner = False
    maker_name: ClassVar[str] = "create_resource"
    """The method that makes the product; a generator or a context manager may do so, too."""
    has_life_cycle: ClassVar[bool] = False
    """Whether instances have a life-cycle method; set for each subclass."""
    must_be_closed: ClassVar[bool] = False
    """Whether one of these methods closes something; a set-up alone does not. Set for each subclass."""
    yields_product: ClassVar[bool] = False
    """Whether the product is yielded, and closed by the code after the `yield`; set for each subclass."""
    has_async_methods: ClassVar[bool] = False
    """Whether one of the life-cycle methods waits; set for each subclass."""

    if not TYPE_CHECKING:  # type checkers take the signature of `__init__`

        def __new__(cls, *_args: object, **_kwargs: object) -> Self:
            """Make an unopened recipe: each opening asks for its slots several times, and an absent one costs much."""
            made = super().__new__(cls)
            for slot in _SLOTS:
                slot(made, None)
            return made

    def create_resource(self, context: InitResourceContext) -> Making[T]:
        """Make the object that users of this resource receive.

        An override may be a coroutine function, or may yield the object: the code after the `yield` closes it.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define create_resource")

    def setup_for_execution(self, context: InitResourceContext) -> Any:
        """Open what this resource needs, into private attributes. Called once a run scope, after its dependencies.

        An override may leave out `context`, and may be a coroutine function; so may the other methods.
        """

    def teardown_after_execution(self, context: InitResourceContext) -> Any:
        """Close it. Called once for each `setup_for_execution` that returned, whether the run failed or not."""

    def yield_for_execution(self, context: InitResourceContext) -> AbstractContextManager[Any]:
        """Open, yield, close; override this in place of the pair if a context manager reads better.

        An override is a context manager, a generator or an asynchronous generator. The exception of the run's body is
        raised at its `yield`, so a resource can roll back.
        """
        if self.has_async_methods:
            return aopened_by_methods(self, context)  # type: ignore[return-value]  # asynchronous, as its methods are
        return OpenedByMethods(self, context)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        """Note whether the class takes part in the life cycle."""
        super().__pydantic_init_subclass__(**kwargs)
        post_init = cls.__dict__.get(_POST_INIT)
        if post_init is not None:
            setattr(cls, _POST_INIT, run_if_resolved(post_init))
        maker = getattr(cls, cls.maker_name)
        cls.yields_product = is_manager_function(maker)
        cls.must_be_closed = cls.yields_product or any(map(cls._overrides, _CLOSING))
        cls.has_life_cycle = cls.must_be_closed or cls._overrides(_OPENING)
        cls.has_async_methods = any(map(waits, (maker, cls.setup_for_execution, cls.teardown_after_execution)))

    @classmethod
    def _overrides(cls, name: str) -> bool:
        return getattr(cls, name) is not getattr(ConfiguredRecipe, name)

    def life_cycle(self) -> Manager:
        """Return the context manager that opens and closes this copy."""
        return call_manager_method(self.yield_for_execution, self.get_resource_context())

    def get_resource_context(self) -> InitResourceContext:
        """Return the context that this resource was opened with.

        Raises:
            InvalidInvocationError: It is not open: only the copy that a run works with has a context.
        """
        context = cast("InitResourceContext | None", self._context)  # type: ignore[attr-defined]  # a slot
        if context is None:
            problem = (
                "has a context only while it is open, in a run or inside `build_resources`. "
                "To give it one by hand, call its `with_resource_context`."
            )
            raise InvalidInvocationError(f"resource {type(self).__name__}", problem)
        return context

    def with_resource_context(self, context: InitResourceContext) -> Self:
        """Return a copy that has `context`, for a direct call of a method that reads it. Opens nothing."""
        copied = self.model_copy()
        object.__setattr__(copied, "_context", context)
        return copied

    def with_replaced_resource_context(self, context: InitResourceContext) -> Self:
        """Return a copy that has `context` in place of any other; Dagster's name for the same."""
        return self.with_resource_context(context)

    @property
    def is_open(self) -> bool:
        """Whether this is the copy that a run scope opened. It is not a recipe any more; its opener closes it."""
        return self._is_open is True  # type: ignore[attr-defined]  # a slot

    @property
    def is_late(self) -> bool:
        """Whether fields are left to launch, so that it cannot be opened yet."""
        return self._is_late is True  # type: ignore[attr-defined]  # a slot

    def nested_resources(self) -> dict[str, "Recipe"]:
        """Return `{path: recipe}` of the unopened recipes that fields hold, in models, lists and dicts too."""
        if self.holds_scalars_only():
            return {}
        return {path: recipe for name, value in vars(self).items() for path, recipe in _recipes_in(name, value)}

    def private_copy(self, opened_by_path: Mapping[str, object], context: InitResourceContext) -> Self:
        """Make the copy that one run scope opens: variables read, private attributes fresh, nested recipes replaced.

        Args:
            opened_by_path: `{path: live thing}` of the nested resources.
            context: The copy's `get_resource_context` returns it, with the copy's config as `resource_config`.

        Raises:
            MissingVariableError: A variable is not set.
            ValidationError: A variable's value does not fit its field.
        """
        copied = self.with_variables_read()
        if copied is self:
            copied = self._fresh_copy()
        if opened_by_path:
            for name in {path.partition(".")[0] for path in opened_by_path}:
                vars(copied)[name] = _with_opened(name, vars(copied)[name], opened_by_path)
        object.__setattr__(copied, "_context", context.replace_config(copied.plain_config()))
        object.__setattr__(copied, "_is_open", True)
        return copied

    if not TYPE_CHECKING:  # for type checkers a class with this method has any attribute

        def __getattr__(self, name: str) -> Any:
            """Explain why a private attribute is missing if nobody has opened the resource.

            Raises:
                UnopenedAttributeError: It is one; an AttributeError too.
            """
            try:
                return super().__getattr__(name)
            except AttributeError:
                if name in type(self).__private_attributes__ and not self.is_open:
                    raise UnopenedAttributeError(type(self).__name__, name) from None
                raise

    def plain_config(self) -> dict[str, object]:
        """Return the config as a dict of plain values; fields that hold resources are left out."""
        if self.holds_scalars_only() and not self.__pydantic_extra__:
            values = vars(self)
            return {key: values[name] for name, key in _config_keys(type(self))}
        return as_resolved_dict(self, resource_fields(type(self)))

    @property
    def _resolved_config_dict(self) -> dict[str, object]:
        """The config that was given, without defaults, as a dict; published packages read it by Dagster's name."""
        given = {key_of(type(self), name) for name in self.model_fields_set}
        return {key: value for key, value in self.plain_config().items() if key in given and value is not None}

    def _fresh_copy(self) -> Self:
        """Copy the fields alone. What is cached in the original, or private to it, is another run's."""
        copied = self.model_copy()
        fields = type(self).__pydantic_fields__
        if len(vars(copied)) > len(fields):
            for name in vars(copied).keys() - fields.keys():
                del vars(copied)[name]
        if self.__pydantic_private__ is not None:
            object.__setattr__(copied, "__pydantic_private__", None)
            copied.model_post_init(None)
        return copied


_SLOTS = [vars(ConfiguredRecipe)[name].__set__ for name in ("_context", "_is_late", "_is_open")]

Recipe = ConfiguredRecipe[Any] | ResourceDefinition


class TakesRecipes:
    """Marks the annotation of a field that holds a resource of any kind."""


@lru_cache(maxsize=1024)
def _config_keys(recipe_class: type[ConfiguredRecipe[Any]]) -> list[tuple[str, str]]:
    """`(name, key)` of the fields that are config: every opening asks for them."""
    resources = resource_fields(recipe_class)
    fields = recipe_class.model_fields.items()
    return [(name, field.alias or name) for name, field in fields if name not in resources]


@lru_cache(maxsize=1024)
def resource_fields(recipe_class: type[ConfiguredRecipe[Any]]) -> frozenset[str]:
    """The names of the fields that are declared to hold resources, in collections too; all others are config."""
    fields = recipe_class.model_fields.items()
    return frozenset(name for name, field in fields if _holds_resources(field.annotation, *field.metadata))


def _holds_resources(*parts: object) -> bool:
    return any(
        isinstance(part, TakesRecipes) or is_configurable_class(part) or _holds_resources(*get_args(part))
        for part in parts
    )


def is_configurable_class(value: object) -> TypeGuard[type[ConfiguredRecipe[Any]]]:
    """Whether `value` is the class of a resource configured by its fields."""
    return isinstance(value, type) and issubclass(value, ConfiguredRecipe)


def is_configurable(value: object) -> TypeGuard[ConfiguredRecipe[Any]]:
    """Whether `value` is a resource configured by its fields; type checkers follow this form."""
    return isinstance(value, ConfiguredRecipe)


def is_recipe(value: object) -> TypeGuard[Recipe]:
    """Whether `value` is something to open; an open resource is not."""
    return isinstance(value, ResourceDefinition) or (is_configurable(value) and not value.is_open)


def is_plain_model(value: object) -> TypeGuard[BaseModel]:
    """Whether `value` is a pydantic model that is not a resource: a part of its holder."""
    return isinstance(value, BaseModel) and not isinstance(value, ConfiguredRecipe)


def _recipes_in(path: str, value: object) -> Iterator[tuple[str, Recipe]]:
    if type(value) in SCALARS:
        return
    if is_recipe(value):
        yield path, value
    elif is_plain_model(value):
        yield from _recipes_in(path, vars(value))
    elif is_mapping(value):
        for key, item in value.items():
            yield from _recipes_in(f"{path}.{key}", item)
    elif is_sequence(value):
        for position, item in enumerate(value):
            yield from _recipes_in(f"{path}.{position}", item)


def _with_opened(path: str, value: object, opened_by_path: Mapping[str, object]) -> Any:
    """Replace the recipes in `value` by the opened resources."""
    if path in opened_by_path:
        return opened_by_path[path]
    if is_plain_model(value):
        return value.model_copy(update=_with_opened(path, vars(value), opened_by_path))
    if is_mapping(value):
        return {key: _with_opened(f"{path}.{key}", item, opened_by_path) for key, item in value.items()}
    if is_sequence(value):
        return of_its_kind(value, [_with_opened(f"{path}.{i}", item, opened_by_path) for i, item in enumerate(value)])
    return value
