"""The parameters of a function are read as `inspect` finds them."""

import functools
import inspect

import pytest

from dagwire.definitions.steps.signature import _parameters_of


def _none(): ...
def _defaults(a, b, c=1, *, d, e=2): ...
def _all_kinds(a, /, b, c=1, *args, d, e=2, **kwargs): ...
def _positional(a, b=1, /): ...
def _any(*args, **kwargs): ...


@functools.wraps(_defaults)
def _wrapping(*args, **kwargs): ...


class Callable:
    """An object that can be called."""

    def __call__(self, a, b=1): ...

    def method(self, a, *, b): ...


FUNCTIONS = {
    "none": _none,
    "defaults": _defaults,
    "all kinds": _all_kinds,
    "by position alone": _positional,
    "any": _any,
    "wrapping": _wrapping,
    "object": Callable(),
    "bound method": Callable().method,
    "method": Callable.method,
    "partial": functools.partial(_defaults, 1),
    "lambda": lambda a, b=2: a,
}


@pytest.mark.parametrize("kind", FUNCTIONS)
def test_parameters_are_those_of_inspect(kind):
    """Names, kinds and defaults, in their order."""
    function = FUNCTIONS[kind]
    found = [(one.name, one.kind, one.default) for one in inspect.signature(function).parameters.values()]
    assert [tuple(one) for one in _parameters_of(function)] == found
