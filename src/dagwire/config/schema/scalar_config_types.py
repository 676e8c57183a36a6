"""The simplest config types: a value of a type, a variable's value, the fields of a class."""

from typing import Any

from pydantic import GetCoreSchemaHandler, TypeAdapter, ValidationError
from pydantic_core import CoreSchema, core_schema

from dagwire.config.values.config import Config
from dagwire.config.values.env_var import EnvVar, read_variables, variables_in
from dagwire.config.values.type_guards import is_mapping
from dagwire.config.values.validation_messages import custom_fault

Validate = core_schema.ValidatorFunctionWrapHandler


class ConfigType:
    """A kind of `config_schema`; immutable, and usable wherever a type is."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The schema with which pydantic validates."""
        raise NotImplementedError


class AsDict(ConfigType):
    """The fields of a `Config` class; the validated config is a dict, as resource functions expect it."""

    def __init__(self, model: type[Config]) -> None:
        """`model` declares the fields."""
        self.model = model

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The model's schema, then its fields' values."""
        return core_schema.no_info_after_validator_function(_fields_of, handler.generate_schema(self.model))


def _fields_of(config: Config) -> dict[str, Any]:
    _read_set_variables([variable for _, variable in config.variables()])
    return dict(config.with_variables_read())


class ScalarType(ConfigType):
    """A value of a type; scalars are taken strictly, except text that was read from a variable."""

    def __init__(self, declared: Any, *, takes_env_form: bool = False) -> None:
        """With `takes_env_form`, `{"env": "NAME"}` stands for a variable."""
        self.declared = declared
        self.takes_env_form = takes_env_form

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The type's own schema, after variables were read."""
        if self.declared in _SCALARS:
            self._from_text = TypeAdapter[Any](self.declared)
            return core_schema.no_info_wrap_validator_function(self._read, _SCALARS[self.declared]())
        schema = handler.generate_schema(self.declared)
        return core_schema.no_info_before_validator_function(_read_set_variables, schema)

    def _read(self, given: Any, validate: Validate) -> Any:
        if self.takes_env_form and is_mapping(given) and set(given) == {"env"}:
            given = EnvVar(str(given["env"]))
        if not isinstance(given, EnvVar):
            return validate(given)
        text = _read_set_variables(given)
        try:
            return self._from_text.validate_python(text)
        except ValidationError:
            pass
        raise custom_fault(
            "variable", f"The value of the variable {given.env_var_name} is not of type {self.declared.__name__}"
        )


_SCALARS: dict[Any, Any] = {
    str: lambda: core_schema.str_schema(strict=True),
    int: lambda: core_schema.int_schema(strict=True),
    float: lambda: core_schema.float_schema(strict=True),
    bool: lambda: core_schema.bool_schema(strict=True),
}

StringSource = ScalarType(str, takes_env_form=True)
"""Text, or `{"env": "NAME"}`: the text of a variable."""
IntSource = ScalarType(int, takes_env_form=True)
"""A whole number, or `{"env": "NAME"}`."""
BoolSource = ScalarType(bool, takes_env_form=True)
"""True or false, or `{"env": "NAME"}`."""


def _read_set_variables(given: Any) -> Any:
    """`given` with its variables read.

    Raises:
        PydanticCustomError: One is not set; the error names it.
    """
    unset = ", ".join(variable.env_var_name for variable in variables_in(given) if variable.get_value() is None)
    if unset:
        raise custom_fault("missing_variable", f"The environment variable {unset} is not set")
    return read_variables(given)
