"""Changes to pydantic's schema of a `Config`: fields wait for variables and read launch form, slips get a hint."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import CoreSchema, core_schema

from dagwire.config.values.env_var import EnvVar, variables_in, with_env_forms
from dagwire.config.values.launch_form import LAUNCH_FORM, InputForm, from_input_form, member_by_name
from dagwire.config.values.model_introspection import enum_class, name_by_key
from dagwire.config.values.nested_config import merged_over_default, with_omitted_configs
from dagwire.config.values.type_guards import is_mapping
from dagwire.config.values.validation_messages import custom_fault, unknown_name
from dagwire.errors import UnresolvedVariableError

_Literal = tuple[str, object]
"""A field whose type is a literal, and one of its values."""
_Validate = core_schema.ValidatorFunctionWrapHandler
_Info = core_schema.ValidationInfo[Any]


def adapt_schema(schema: CoreSchema, model: type[BaseModel]) -> None:
    """Let every field in the schema of `model` take an `EnvVar`; validators of the whole wait until it is read."""
    outer: Any = schema
    while outer["schema"]["type"] != "model-fields":
        if outer["type"] == "function-after":
            outer["function"]["function"] = _deferred(outer["function"]["function"])
        outer = outer["schema"]
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
            holder["schema"] = _adapted_field(holder["schema"], model, name)
    outer["schema"] = core_schema.with_info_wrap_validator_function(_fields_validator(model, literals), fields)


def _deferred(validate: Callable[..., Any]) -> Callable[..., object]:
    """A validator of the whole model that runs only once every variable is read."""

    def validate_later(instance: Any, *info: Any) -> object:
        return instance if any(True for _ in instance.variables()) else validate(instance, *info)

    return validate_later


def _adapted_field(schema: CoreSchema, model: type[BaseModel], name: str) -> CoreSchema:
    """The schema of one field, which keeps variables and reads the input form of its validation."""
    enum = enum_class(model.model_fields[name].annotation)

    def validate_field(value: object, validate: _Validate, info: _Info) -> object:
        if isinstance(value, EnvVar):
            return value
        form = info.context if isinstance(info.context, InputForm) else None
        field = model.model_fields[name]
        if form is not None or field.discriminator is not None:
            value = from_input_form(field, value, form)
        if form is LAUNCH_FORM:
            value = merged_over_default(field, value)
        elif form is None and enum is not None:
            value = member_by_name(enum, value)
        return _keep_variables(value, validate)

    written = core_schema.wrap_serializer_function_ser_schema(_write_variables, schema=schema, info_arg=True)
    return core_schema.with_info_wrap_validator_function(validate_field, schema, serialization=written)


def _keep_variables(value: object, validate: _Validate) -> object:
    """Keep a value that waits for a variable as it is; it is validated when the variable is read.

    Dagster's `{"env": "NAME"}` is a variable if the field does not take it as a dict.
    """
    try:
        return validate(value)
    except (ValidationError, UnresolvedVariableError):
        waiting = with_env_forms(value)
        if any(True for _ in variables_in(waiting)):
            return waiting
        raise


def _write_variables(
    value: object, write: core_schema.SerializerFunctionWrapHandler, info: core_schema.SerializationInfo
) -> object:
    """Write a variable by its name, in the form that a file uses."""
    if not isinstance(value, EnvVar):
        return write(value)
    return {"env": value.env_var_name} if info.mode == "json" else value


def _fields_validator(model: type[BaseModel], literals: Mapping[str, _Literal]) -> Callable[..., object]:
    """A validator of all fields of `model`, which suggests the nearest name for each unknown one.

    A variable in the place of one of `literals`, `{name or alias: field and one of its values}`, is put back once
    pydantic has seen that value.
    """

    def validate_fields(given: object, validate: _Validate, info: _Info) -> object:
        waiting: dict[str, EnvVar] = {}
        if is_mapping(given):
            given = with_omitted_configs(model, given) if info.context is LAUNCH_FORM else given
            given, waiting = _without_variables(given, literals) if literals else (given, waiting)
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
        raise ValidationError.from_exception_data(model.__name__, _with_suggestions(faults, model), hide_input=True)

    return validate_fields


def _without_variables(
    given: Mapping[str, object], literals: Mapping[str, _Literal]
) -> tuple[dict[str, object], dict[str, EnvVar]]:
    """`given` with a literal in the place of each variable, and `{field: variable}`."""
    values = dict(given)
    waiting: dict[str, EnvVar] = {}
    for key in given.keys() & literals.keys():
        variable = with_env_forms(given[key])
        if isinstance(variable, EnvVar):
            field, values[key] = literals[key]
            waiting[field] = variable
    return values, waiting


def _with_suggestions(faults: Iterable[Any], model: type[BaseModel]) -> list[Any]:
    """`faults`, with the nearest name for each unknown one; of many unknown names the first ones."""
    known = [str(key) for key in name_by_key(model)]
    shown: list[Any] = []
    unknown = 0
    for fault in faults:
        message = fault["msg"]
        if fault["type"] == "extra_forbidden" and len(fault["loc"]) == 1:
            unknown += 1
            message = unknown_name(str(fault["loc"][0]), known) if unknown <= _MOST_UNKNOWN else ""
        if message:
            shown.append({"type": custom_fault(fault["type"], message), "loc": fault["loc"], "input": fault["input"]})
    if unknown > _MOST_UNKNOWN:
        message = f"{unknown - _MOST_UNKNOWN:,} more names are unknown"
        shown.append({"type": custom_fault("extra_forbidden", message), "loc": (), "input": None})
    return shown


_MOST_UNKNOWN = 20
"""The number of unknown names that a message lists: the nearest known one is looked for each of them."""
