"""A direct call of a plain asset takes a quick path, and gives and raises the same as on the general one."""

import itertools

import pytest

import dagwire as dg
from dagwire.execution import direct_calls
from dagwire.resources.run_without_loop import drive


class Db(dg.ConfigurableResource):
    """A resource that notes its life, and may fail at each of its steps."""

    name: str = "db"
    fails: str = ""

    def setup_for_execution(self, context):
        self._note("open")

    def teardown_after_execution(self, context):
        self._note("close")

    def _note(self, step):
        NOTED.append(step)
        if self.fails == step:
            raise OSError(step)


NOTED: list[str] = []


class Counted(int):
    """A value of a class of one's own."""


async def _later():
    return "later"


def _outputs():
    yield dg.Output(1)


BODIES = {
    "value": lambda db: db.name,
    "number": lambda db: 1,
    "own class": lambda db: Counted(1),
    "result": lambda db: dg.MaterializeResult(value="x"),
    "generator": lambda db: _outputs(),
    "coroutine": lambda db: _later(),
    "failure": lambda db: 1 / 0,
}


def _asset(body):
    @dg.asset
    def greeting(db: Db, number: int, suffix: str = "!") -> str:
        return body(db)

    return greeting


CALLS = {
    "by name": ((), {"number": 1}),
    "default given": ((), {"number": 1, "suffix": "?"}),
    "of another type": ((), {"number": "one"}),
    "too few": ((), {}),
    "unknown": ((), {"number": 1, "count": 2}),
    "with a context": ((dg.build_asset_context(),), {"number": 1}),
}


CASES = [
    case
    for case in itertools.product(BODIES, CALLS, ["", "open", "close"])
    if case[::2] != ("coroutine", "close")  # nobody could await it, and Python warns
]


@pytest.mark.parametrize(("body", "call", "fails"), CASES)
def test_both_paths_call_alike(body, call, fails, monkeypatch):
    """Results, errors, messages and the life of the resource do not depend on the path."""
    args, kwargs = CALLS[call]
    resource = Db(fails=fails)
    seen = _seen(_asset(BODIES[body]), args, {**kwargs, "db": resource})
    monkeypatch.setattr(direct_calls, "plain_call", lambda _definition: None)
    assert seen == _seen(_asset(BODIES[body]), args, {**kwargs, "db": resource})


def _seen(asset, args, kwargs):
    NOTED.clear()
    try:
        returned = asset(*args, **kwargs)
        if hasattr(returned, "__await__"):
            returned = drive(returned)
        shown = [one.value for one in returned] if hasattr(returned, "__next__") else repr(returned).split(" at ")[0]
    except (Exception, BaseExceptionGroup) as failure:  # noqa: BLE001  # of any kind
        shown = type(failure), str(failure), repr(failure.__cause__)
    return shown, list(NOTED)


def test_arguments_by_position():
    """Inputs may be passed by position; one that is passed twice, or too many, are refused."""

    @dg.asset
    def total(first: int, second: int) -> int:
        return first - second

    assert total(3, 2) == 1
    assert total(3, second=1) == 2
    with pytest.raises(dg.DagsterInvalidInvocationError, match="twice"):
        total(3, first=2)
    with pytest.raises(dg.DagsterInvalidInvocationError, match="by position"):
        total(3, 2, 1)


def test_a_copy_has_calls_of_its_own():
    """An asset that is bound to a resource after a call is called with that resource."""

    @dg.asset
    def name(db: Db) -> str:
        return db.name

    assert name(db=Db(name="first")) == "first"
    (bound,) = dg.with_resources([name], {"db": Db(name="bound")})
    assert bound() == "bound"
    assert name(Db(name="second")) == "second"
