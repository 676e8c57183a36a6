"""`Config`: the typed, frozen values that an asset, an op or a resource is given."""

from collections.abc import Iterator
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, core_schema

from dagwire.config.env_var import EnvVar, read_variables, variables_in
from dagwire.errors import FrozenConfigError, nearest


def _accept_variables(schema: CoreSchema) -> None:
    """Wrap the schema of each field of a model's schema, except the literals that discriminate unions."""
    inner: Any = schema
    while "fields" not in inner:
        if "schema" not in inner:
            return
        inner = inner["schema"]
    if inner["type"] != "model-fields":
        return
    for field in inner["fields"].values():
        # The default stays outermost: a model's field looks for it there.
        holder = field["schema"] if field["schema"]["type"] == "default" else field
        if holder["schema"]["type"] != "literal":
            holder["schema"] = core_schema.no_info_wrap_validator_function(_keep_variables, holder["schema"])


def _keep_variables(value: object, validate: core_schema.ValidatorFunctionWrapHandler) -> object:
    """Keep a value that holds an `EnvVar` as it is; it is validated when the variable is read."""
    if any(True for _ in variables_in(value)):
        return value
    return validate(value)


class Config(BaseModel):
    """The typed, frozen values of one asset, op or resource.

    A pydantic model of any field types. Unknown names are refused, error texts never repeat the input, and an `EnvVar`
    may stand for the value of any field until the run starts.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        arbitrary_types_allowed=True,
        hide_input_in_errors=True,
    )

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let every field take an `EnvVar` in place of its value.

        A `field_validator("*", mode="wrap")` would do the same in one line, but pydantic refuses such a validator on
        the discriminator of a union, and resources are members of unions in settings.
        """
        schema = handler(source)
        _accept_variables(handler.resolve_ref_schema(schema))
        return schema

    def __setattr__(self, name: str, value: object) -> None:
        """Set a private attribute; refuse a public field, with the fix.

        Raises:
            FrozenConfigError: `name` is not private. Nothing was changed.
        """
        if not name.startswith("_") and self.model_config.get("frozen"):
            raise FrozenConfigError(type(self).__name__, name)
        super().__setattr__(name, value)

    def with_variables_read(self) -> Self:
        """This config with every `EnvVar` replaced by its value and validated; itself where it has none.

        Raises:
            KeyError: A variable is not set.
            ValidationError: A value does not fit its field.
        """
        waiting = {path.partition(".")[0] for path, _ in self.variables()}
        if not waiting:
            return self
        given = {name: _read(getattr(self, name)) for name in self.model_fields_set | waiting}
        return type(self).model_validate(given, by_name=True)

    def variables(self) -> Iterator[tuple[str, EnvVar]]:
        """`(field path, variable)` for each `EnvVar` held, in nested configs too."""
        for name, value in self.__dict__.items():
            if isinstance(value, Config):
                yield from ((f"{name}.{path}", variable) for path, variable in value.variables())
            else:
                yield from ((name, variable) for variable in variables_in(value))


def _read(value: object) -> object:
    return value.with_variables_read() if isinstance(value, Config) else read_variables(value)


class PermissiveConfig(Config):
    """A `Config` that keeps names it does not declare."""

    model_config = ConfigDict(extra="allow")


def problems_of(error: ValidationError, model: type[BaseModel] | None = None) -> list[str]:
    """One line for each fault that pydantic found: field and expectation, never the value given."""
    problems: list[str] = []
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        path = ".".join(str(part) for part in fault["loc"]) or error.title
        hint = ""
        if fault["type"] == "extra_forbidden" and model is not None:
            guess = nearest(str(fault["loc"][-1]), model.model_fields)
            hint = f". Did you mean '{guess}'?" if guess else f". Known: {', '.join(model.model_fields)}"
        problems.append(f"{path}: {fault['msg']}{hint}")
    return problems
