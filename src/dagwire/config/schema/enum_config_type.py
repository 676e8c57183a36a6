"""`Enum`: a choice of names in config, each for an object."""

import enum
from collections.abc import Sequence

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from dagwire.config.schema.config_type import ConfigType
from dagwire.config.values.env_var import read_variables


class EnumValue:
    """A choice of an `Enum`: its text in config, and the object that it stands for."""

    def __init__(self, config_value: str, python_value: object = None, description: str | None = None) -> None:
        """`python_value` is `config_value` itself if it is left out."""
        self.config_value = config_value
        self.python_value: object = config_value if python_value is None else python_value
        self.description = description


class Enum(ConfigType):
    """A choice of names in config, each for an object."""

    def __init__(self, name: str, enum_values: Sequence[EnumValue]) -> None:
        """`name` is used in messages."""
        self.given_name = name
        self.enum_values: list[EnumValue] = list(enum_values)

    @classmethod
    def from_python_enum(cls, enum: type[enum.Enum], name: str | None = None) -> "Enum":
        """The members of `enum`, written by name."""
        return cls(name or enum.__name__, [EnumValue(member.name, member) for member in enum])

    @classmethod
    def from_python_enum_direct_values(cls, enum: type[enum.Enum], name: str | None = None) -> "Enum":
        """The members of `enum`, written by name; each gives its value."""
        return cls(name or enum.__name__, [EnumValue(member.name, member.value) for member in enum])

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A literal of the names, then the object."""
        object_by_name = {choice.config_value: choice.python_value for choice in self.enum_values}
        literal = core_schema.literal_schema(list(object_by_name))
        chosen = core_schema.no_info_after_validator_function(object_by_name.__getitem__, literal)
        return core_schema.no_info_before_validator_function(read_variables, chosen)
