"""Types that check for a class: Python's own scalars, `PythonObjectDagsterType`, the type of an annotation."""

from collections.abc import Iterable, Mapping
from types import NoneType
from typing import Any, Union

from dagwire.definitions.value_types.dagster_type import DagsterType
from dagwire.definitions.value_types.type_check import PASSED, TypeCheck, TypeCheckContext
from dagwire.definitions.value_types.type_loader import DagsterTypeLoader

Classes = tuple[type, ...]


class InstanceType(DagsterType):
    """The type of the instances of some classes."""

    def __init__(self, name: str, classes: Classes, *, key: str | None = None, **facts: Any) -> None:
        """`facts` are arguments of `DagsterType`."""
        super().__init__(lambda _context, value: self._check(value), key or name, name, **facts)
        self.classes = classes

    @property
    def takes_config(self) -> bool:
        """Whether a run's config can give a value: it can be written in a file, or the type has a loader."""
        return self.loader is not None or _WRITABLE.issuperset(self.classes)

    def type_check(self, context: TypeCheckContext, value: object) -> TypeCheck:
        """Check a value; most pass, so that is the quick way."""
        return PASSED if isinstance(value, self.classes) else super().type_check(context, value)

    def _check(self, value: object) -> TypeCheck:
        # The description names the type of the value, and never the value: it may be a secret.
        return TypeCheck(success=False, description=f"The value is {type(value).__name__}.")


_WRITABLE = frozenset({bool, int, float, str, list, dict, tuple, NoneType})
"""The classes whose values can be written in a file."""


class PythonObjectDagsterType(InstanceType):
    """The type of the instances of a class, with a name of its own."""

    def __init__(
        self,
        python_type: type | Classes,
        key: str | None = None,
        name: str | None = None,
        *,
        description: str | None = None,
        loader: DagsterTypeLoader | None = None,
        required_resource_keys: Iterable[str] | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> None:
        """`python_type` is a class, or a tuple of classes; the other arguments are those of `DagsterType`."""
        classes = python_type if isinstance(python_type, tuple) else (python_type,)
        names = ", ".join(one.__name__ for one in classes)
        own = name or (names if len(classes) == 1 else f"Union[{names}]")
        super().__init__(
            own,
            classes,
            key=key,
            typing_type=Union[classes],  # noqa: UP007  # of a tuple that is known at run time alone
            description=description,
            loader=loader,
            required_resource_keys=required_resource_keys,
            metadata=metadata,
        )
        self.python_type = python_type


class _Anything(DagsterType):
    """The type of every value, for annotations that cannot be checked."""

    def __init__(self, typing_type: object = Any) -> None:
        super().__init__(lambda _context, _value: True, "Any", "Any", is_builtin=True, typing_type=typing_type)

    @property
    def is_any(self) -> bool:
        return True

    @property
    def takes_config(self) -> bool:
        return True


class _Nothing(InstanceType):
    """The type of an input or output that orders two ops and has no value."""

    @property
    def is_nothing(self) -> bool:
        return True


def anything(typing_type: object = Any) -> DagsterType:
    """Return a type that lets every value through; IO managers still see the annotation."""
    return _Anything(typing_type)


ANY = anything()
NOTHING = _Nothing("Nothing", (NoneType,), is_builtin=True, typing_type=NoneType)
SCALAR_TYPES: Mapping[type, DagsterType] = {
    int: InstanceType("Int", (int,), is_builtin=True, typing_type=int),
    float: InstanceType("Float", (float,), is_builtin=True, typing_type=float),
    str: InstanceType("String", (str,), is_builtin=True, typing_type=str),
    bool: InstanceType("Bool", (bool,), is_builtin=True, typing_type=bool),
}
