"""Changes to pydantic's schema of a `Config`: a field may wait for a variable, a misspelt name is reported."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from dagwire.config.values.env_var import EnvVar, variables_in, with_env_forms
from dagwire.config.values.type_guards import is_mapping
from dagwire.config.values.validation_messages import unknown_name
from dagwire.errors import UnresolvedVariableError

_Literal = tuple[str, Any]
"""A field whose type is a literal, and one of its values."""


def accept_variables(schema: CoreSchema, model: type[BaseModel]) -> None:
    """Let every field in the schema of `model` take an `EnvVar`; validators of the whole wait until it is read."""
    outer: Any = schema
    while "schema" in outer and outer["schema"].get("type") != "model-fields":
        if outer["type"] == "function-after":
            outer["function"]["function"] = _deferred(outer["function"]["function"])
        outer = outer["schema"]
    if "schema" not in outer:
        return
    fields = outer["schema"]
    literals: dict[str, _Literal] = {}
    for name, field in fields["fields"].items():
        # The default stays outermost: a model's field looks for it there.
        holder = field["schema"] if field["schema"]["type"] == "default" else field
        if holder["schema"]["type"] == "literal":
            # A literal may discriminate a union: pydantic has to find it as it is.
            literals[name] = literals[str(field.get("validation_alias", name))] = (
                name,
                holder["schema"]["expected"][0],
            )
        else:
            holder["schema"] = _with_variables_accepted(holder["schema"])
    outer["schema"] = core_schema.no_info_wrap_validator_function(_fields_validator(model, literals), fields)


def _deferred(validate: Callable[..., Any]) -> Callable[..., Any]:
    """A validator of the whole model that runs only once every variable is read."""

    def validate_later(instance: Any, *info: Any) -> Any:
        return instance if any(True for _ in instance.variables()) else validate(instance, *info)

    return validate_later


def _with_variables_accepted(schema: CoreSchema) -> CoreSchema:
    written = core_schema.wrap_serializer_function_ser_schema(_write_variables, schema=schema, info_arg=True)
    return core_schema.no_info_wrap_validator_function(_keep_variables, schema, serialization=written)


def _keep_variables(value: object, validate: core_schema.ValidatorFunctionWrapHandler) -> object:
    """Keep a value that waits for a variable as it is; it is validated when the variable is read.

    Dagster's `{"env": "NAME"}` is a variable if the field does not take it as a dict.
    """
    if isinstance(value, EnvVar):
        return value
    try:
        return validate(value)
    except (ValidationError, UnresolvedVariableError):
        waiting = with_env_forms(value)
        if any(True for _ in variables_in(waiting)):
            return waiting
        raise


def _write_variables(
    value: Any, write: core_schema.SerializerFunctionWrapHandler, info: core_schema.SerializationInfo
) -> Any:
    """Write a variable by its name, in the form that a file uses."""
    if not isinstance(value, EnvVar):
        return write(value)
    return {"env": value.env_var_name} if info.mode == "json" else value


def _fields_validator(model: type[BaseModel], literals: Mapping[str, _Literal]) -> Callable[..., Any]:
    """A validator of all fields of `model`, which suggests the nearest name for each unknown one.

    A variable in the place of one of `literals`, `{name or alias: field and one of its values}`, is put back once
    pydantic has seen that value.
    """

    def validate_fields(given: Any, validate: core_schema.ValidatorFunctionWrapHandler) -> Any:
        waiting: dict[str, EnvVar] = {}
        if literals and is_mapping(given):
            given, waiting = _without_variables(given, literals)
        try:
            validated = validate(given)
        except ValidationError as error:
            faults = error.errors(include_url=False)
            if not any(fault["type"] == "extra_forbidden" and len(fault["loc"]) == 1 for fault in faults):
                raise
        else:
            if waiting:
                validated[0].update(waiting)
            return validated
        raise ValidationError.from_exception_data(
            model.__name__, [_with_suggestion(fault, model) for fault in faults], hide_input=True
        )

    return validate_fields


def _without_variables(
    given: Mapping[str, Any], literals: Mapping[str, _Literal]
) -> tuple[dict[str, Any], dict[str, EnvVar]]:
    """`given` with a literal in place of each variable that stands for one, and `{field: variable}`."""
    values = dict(given)
    waiting: dict[str, EnvVar] = {}
    for key in given.keys() & literals.keys():
        variable = with_env_forms(given[key])
        if isinstance(variable, EnvVar):
            field, values[key] = literals[key]
            waiting[field] = variable
    return values, waiting


def _with_suggestion(fault: Any, model: type[BaseModel]) -> Any:
    message: Any = fault["msg"]
    if fault["type"] == "extra_forbidden" and len(fault["loc"]) == 1:
        message = unknown_name(str(fault["loc"][0]), model.model_fields)
    return {"type": PydanticCustomError(fault["type"], message), "loc": fault["loc"], "input": fault["input"]}
