"""`fake`: a fake with the members of the real class, which take the same arguments."""

from inspect import get_annotations, isroutine
from typing import Any, TypeVar, cast
from unittest.mock import create_autospec

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from dagwire.errors import UnknownNameError
from dagwire.resources.recipe import ConfiguredRecipe, is_configurable_class

T = TypeVar("T")
__tracebackhide__ = True


def fake(kind: type[T], **given: object) -> T:
    """Make a fake of an object of class `kind`. It counts as open: a run uses it as it is.

    It fails on a method or field that `kind` lacks, and on arguments that the method does not take, so a test cannot
    pass by a mistake in its fake. Its methods are those of `unittest.mock`: `mailer.send.assert_called_once()`.

    Args:
        kind: The class to stand in for: of a resource, a protocol, or any other.
        **given: By the name of a method what it returns, an exception that it raises, or a function that is called
            instead; by the name of a field its value.

    Raises:
        UnknownNameError: `kind` has nothing of that name.

    Example:
        >>> from dagwire import ConfigurableResource
        >>> from dagwire.testing import fake
        >>> class Mailer(ConfigurableResource):
        ...     host: str
        ...     def send(self, text: str) -> str: ...
        >>> mailer = fake(Mailer, send="kept", host="nowhere")
        >>> mailer.send("hello"), mailer.host
        ('kept', 'nowhere')
        >>> mailer.send("hello", "Ann")
        Traceback (most recent call last):
            ...
        TypeError: too many positional arguments
    """
    known = _names_of(kind)
    for name in given:
        if name not in known:
            own = [one for one in known if one not in dir(ConfiguredRecipe)]
            raise UnknownNameError(f"method or field of {kind.__name__}", name, own)
    made: Any = create_autospec(kind, instance=True, spec_set=True)
    # Beside the mock's own machinery, which knows what a class has, but not what its objects have.
    attributes = cast("dict[str, object]", made.__dict__)
    attributes.update(_defaults(kind))
    if is_configurable_class(kind):
        attributes["is_open"] = True
    for name, value in given.items():
        if not isroutine(getattr(kind, name, None)):
            attributes[name] = value
        elif isroutine(value) or isinstance(value, BaseException):
            getattr(made, name).side_effect = value
        else:
            getattr(made, name).return_value = value
    return cast("T", made)


def _names_of(kind: type) -> list[str]:
    """The members of the class, without those of every resource or object."""
    names = {*dir(kind), *_fields(kind)}
    for one in kind.__mro__:
        names |= get_annotations(one).keys()
    return sorted(name for name in names if not name.startswith("_"))


def _fields(kind: type) -> dict[str, FieldInfo]:
    return kind.model_fields if issubclass(kind, BaseModel) else {}


def _defaults(kind: type) -> dict[str, object]:
    """`{field: default}` of those that have one."""
    return {
        name: field.get_default(call_default_factory=True, validated_data={})
        for name, field in _fields(kind).items()
        if not field.is_required()
    }
