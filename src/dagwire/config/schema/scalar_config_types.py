"""The simplest config types: a value of a type, and a variable's value."""

from typing import Any, TypeGuard

from pydantic import GetCoreSchemaHandler, TypeAdapter, ValidationError
from pydantic.errors import PydanticSchemaGenerationError, PydanticUndefinedAnnotation
from pydantic_core import CoreSchema, core_schema

from dagwire.config.schema.config_type import ConfigType
from dagwire.config.values.env_var import EnvVar, is_env_form, read_variables, variables_in
from dagwire.config.values.launch_form import read_launch_form
from dagwire.config.values.validation_messages import custom_fault
from dagwire.errors import InvalidDefinitionError

_Validate = core_schema.ValidatorFunctionWrapHandler


class ScalarType(ConfigType):
    """A value of a type; scalars are taken strictly, except text that was read from a variable."""

    def __init__(self, declared: Any, *, takes_env_form: bool = False) -> None:
        """With `takes_env_form`, `{"env": "NAME"}` is read as a variable.

        Raises:
            InvalidDefinitionError: `declared` is not a type that config can have.
        """
        check_type(declared)
        self.declared = declared
        self.takes_env_form = takes_env_form

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The type's own schema, after variables were read."""
        if self.declared in _SCALARS:
            self._from_text = TypeAdapter[Any](self.declared)
            return core_schema.no_info_wrap_validator_function(self._read, _SCALARS[self.declared]())
        schema = handler.generate_schema(self.declared)
        return core_schema.no_info_before_validator_function(self._prepared, schema)

    def _prepared(self, given: object) -> object:
        return read_launch_form(self.declared, _read_set_variables(given))

    def _read(self, given: object, validate: _Validate) -> object:
        if self.takes_env_form and is_env_form(given):
            given = EnvVar(given["env"])
        if not isinstance(given, EnvVar):
            return validate(given)
        text = _read_set_variables(given)
        try:
            return self._from_text.validate_python(text)
        except ValidationError:
            pass
        kind = getattr(self.declared, "__name__", "declared")
        raise custom_fault("variable", f"The value of the variable {given.env_var_name} is not of type {kind}")


def _number_of_bool(given: object) -> object:
    """`given`, or the number that a bool is: as a float is taken in a `Config`, and as Dagster takes it."""
    return int(given) if isinstance(given, bool) else given


_SCALARS: dict[Any, Any] = {
    str: lambda: core_schema.str_schema(strict=True),
    int: lambda: core_schema.int_schema(strict=True),
    float: lambda: core_schema.no_info_before_validator_function(
        _number_of_bool, core_schema.float_schema(strict=True)
    ),
    bool: lambda: core_schema.bool_schema(strict=True),
}


def check_type(declared: object) -> None:
    """Refuse what cannot be the type of config.

    Raises:
        InvalidDefinitionError: It is a value, a config type's class, `object`, or a class unknown to pydantic.
    """
    if declared in (*_SCALARS, Any, dict, list):
        return
    if _is_config_type_class(declared):
        raise _not_a_type(declared, f"Write an instance, {declared.__name__}(...).")
    if declared is object or declared is None or isinstance(declared, str):
        raise _not_a_type(declared, "Write Any for a value of any type.")
    if not _is_known(declared):
        raise _not_a_type(declared, "Write a type that pydantic knows, a config type such as Shape, or a dict of them.")


def _is_config_type_class(declared: object) -> TypeGuard[type[ConfigType]]:
    return isinstance(declared, type) and issubclass(declared, ConfigType)


def _is_known(declared: Any) -> bool:
    """Whether pydantic can validate values of this type; a name that is not defined yet is tried when it is used."""
    try:
        TypeAdapter(declared)
    except PydanticUndefinedAnnotation:
        return True
    except PydanticSchemaGenerationError:
        return False
    return True


def _not_a_type(declared: object, fix: str) -> InvalidDefinitionError:
    return InvalidDefinitionError(f"{declared!r} cannot be the type of config. {fix}")


def _read_set_variables(given: object) -> object:
    """`given` with its variables read.

    Raises:
        PydanticCustomError: One is not set; the error names it.
    """
    unset = ", ".join(variable.env_var_name for variable in variables_in(given) if variable.get_value() is None)
    if unset:
        raise custom_fault("missing_variable", f"The environment variable {unset} is not set")
    return read_variables(given)


StringSource: ScalarType = ScalarType(str, takes_env_form=True)
"""Text, or `{"env": "NAME"}`: the text of a variable."""
IntSource: ScalarType = ScalarType(int, takes_env_form=True)
"""A whole number, or `{"env": "NAME"}`."""
BoolSource: ScalarType = ScalarType(bool, takes_env_form=True)
"""True or false, or `{"env": "NAME"}`."""
