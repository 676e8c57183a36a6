"""`EnvVar`: the name of an environment variable, standing for its value until a run starts."""

import builtins
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeGuard, TypeVar, overload

from dagwire.config.values.nested_values import with_items_changed
from dagwire.config.values.type_guards import is_collection, is_mapping
from dagwire.config.values.variable_overrides import variables_now
from dagwire.errors import InvalidConfigError, MissingVariableError, UnresolvedVariableError

_D = TypeVar("_D", str, None)

if TYPE_CHECKING:
    _Text = str
else:
    # Text for type checkers, so that it stands wherever text is declared; never text at run time, because whatever
    # takes text (a join, a path, a header) would take the variable's name for its value without asking.
    _Text = object


class EnvVar(_Text):
    """The name of an environment variable, standing for its value until a run starts.

    It may stand for any field of a `Config` or a `ConfigurableResource`, in nested models, lists and dicts too. The
    variable is read when the resource is opened. The field's own type validates it: a date needs no class of its own.
    Until then it is not a value: to join, compare, measure or print it raises.

    Example:
        >>> from dagwire import ConfigurableResource, EnvVar
        >>> class Api(ConfigurableResource):
        ...     token: str
        >>> Api(token=EnvVar("API_TOKEN"))
        Api(token=EnvVar('API_TOKEN'))
    """

    __slots__ = ("env_var_name",)

    def __init__(self, name: str) -> None:
        """Keep the variable's name; nothing is read yet."""
        self.env_var_name: str = name
        """The variable's name, which is never its value."""

    @classmethod
    def int(cls, name: str) -> builtins.int:
        """The variable `name`, for a field of type int; as Dagster spells it."""
        return IntEnvVar(name)  # type: ignore[return-value]  # stands for an int until the run starts

    @overload
    def get_value(self) -> str | None: ...
    @overload
    def get_value(self, default: _D) -> str | _D: ...
    def get_value(self, default: object = None) -> Any:
        """The variable's value now, or `default` if it is not set."""
        text = variables_now().get(self.env_var_name)
        return default if text is None else self._parsed(text)

    def _parsed(self, text: str) -> object:
        return text

    def __repr__(self) -> str:
        """`EnvVar('NAME')`: the name, never the value."""
        return f"{type(self).__name__}({self.env_var_name!r})"

    def __eq__(self, other: object) -> bool:
        """Whether `other` is this variable.

        Raises:
            UnresolvedVariableError: `other` is a value; the variable's own is not known yet.
        """
        if isinstance(other, EnvVar):
            return type(self) is type(other) and self.env_var_name == other.env_var_name
        if isinstance(other, str | builtins.int | float):
            self._refuse()
        return NotImplemented

    def __hash__(self) -> builtins.int:
        """Hash by name, as equality goes by name."""
        return hash((type(self), self.env_var_name))

    def __reduce__(self) -> tuple[object, ...]:
        """Copy and pickle by name."""
        return type(self), (self.env_var_name,)

    def __getattr__(self, name: str) -> Any:
        """Refuse the methods of text, as every use of it as a value is refused."""
        if not name.startswith("_") and hasattr(str, name):
            self._refuse()
        msg = f"'{type(self).__name__}' object has no attribute '{name}'"
        raise AttributeError(msg)

    def _refuse(self, *_: object) -> NoReturn:
        raise UnresolvedVariableError(self.env_var_name)


for _operation in (
    *("str", "format", "fspath", "bytes", "bool", "int", "float", "index", "len", "iter", "contains", "getitem"),
    *("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "floordiv", "rfloordiv", "mod", "rmod"),
    *("pow", "rpow", "neg", "pos", "abs", "round", "lt", "le", "gt", "ge"),
):
    setattr(EnvVar, f"__{_operation}__", EnvVar._refuse)  # pyright: ignore[reportPrivateUsage]  # of the class above


class IntEnvVar(EnvVar):
    """An `EnvVar` for a field of type int; made by `EnvVar.int`."""

    __slots__ = ()

    @property
    def name(self) -> str:
        """The variable's name; Dagster's second name for `env_var_name` here."""
        return self.env_var_name

    def _parsed(self, text: str) -> int:
        """The number.

        Raises:
            InvalidConfigError: The text is not a number; it is not shown.
        """
        try:
            return int(text)
        except ValueError:
            pass
        raise InvalidConfigError(f"EnvVar.int('{self.env_var_name}')", ["the variable's value is not a whole number"])


def variables_in(value: object) -> Iterator[EnvVar]:
    """Every `EnvVar` in `value`, looking into dicts, lists, tuples and sets."""
    if isinstance(value, EnvVar):
        yield value
    elif is_mapping(value):
        for item in value.values():
            yield from variables_in(item)
    elif is_collection(value):
        for item in value:
            yield from variables_in(item)


def is_env_form(value: object) -> TypeGuard[Mapping[str, str]]:
    """Whether `value` is Dagster's `{"env": "NAME"}`, a variable as files have it."""
    return is_mapping(value) and set(value) == {"env"} and isinstance(value["env"], str)


def with_env_forms(value: object) -> object:
    """`value` with Dagster's `{"env": "NAME"}`, as files have it, replaced by an `EnvVar`; itself if it has none."""
    if is_env_form(value):
        return EnvVar(value["env"])
    return with_items_changed(value, with_env_forms)


def read_variables(value: object) -> object:
    """`value` with every `EnvVar` in it replaced by the text that the environment holds now.

    Raises:
        KeyError: A variable is not set.
    """
    if isinstance(value, EnvVar):
        return variables_now()[value.env_var_name]
    return with_items_changed(value, read_variables)


def check_variables_are_set(required: Iterable[tuple[EnvVar, str]]) -> None:
    """Raise unless every variable of `(variable, who reads it)` is set.

    Raises:
        MissingVariableError: Some are not; all of them are named.
    """
    found = variables_now()
    unset = {variable.env_var_name: reader for variable, reader in required if variable.env_var_name not in found}
    if unset:
        raise MissingVariableError(unset)
