"""Types of inputs and outputs: checks of values, types of one's own, loaders, and annotations."""

from typing import Any

import pytest


def job_of(dg, op, **options):
    """A job of one op."""

    def body():
        op()

    return dg.job(**options)(body)


@pytest.fixture
def flows(dg):
    """Whether a value passes from one op to another whose input has a type."""

    def run(dagster_type, value, out=None):
        give = dg.op(name="give", out=None if out is None else dg.Out(out))(lambda: value)
        take = dg.op(name="take", ins={"x": dg.In(dagster_type)})(lambda x: x)

        @dg.job
        def passing():
            take(give())

        return passing.execute_in_process(raise_on_error=False).success

    return run


@pytest.fixture
def even(dg):
    """A type of even numbers, with a description of the failure."""

    def check(_context, value):
        return dg.TypeCheck(success=value % 2 == 0, description="It is odd", metadata={"rest": value % 2})

    return dg.DagsterType(name="Even", type_check_fn=check, description="An even number")


def test_python_s_scalars_by_dagster_s_names(dg):
    """`Int`, `Float`, `String`, `Bool`, `Any` and `Nothing` are Python's own types."""
    assert (dg.Int, dg.Float, dg.String, dg.Bool) == (int, float, str, bool)
    assert dg.Any is Any
    assert dg.Nothing is type(None)


@pytest.mark.parametrize(
    ("declared", "value", "passes"),
    [
        (int, True, True),
        (int, 1.0, False),
        (float, 1.5, True),
        (float, 1, False),
        (bool, 1, False),
        (list, ["x"], True),
        (list[int], [1], True),
        (list[int], ["x"], False),
        (list[int], (1,), False),
        (list[int | None], [1, None], True),
        (dict[str, int], {"a": 1}, True),
        (dict[str, int], {"a": "x"}, False),
        (dict[str, int], {1: 1}, False),
        (dict[str, list[int]], {"a": ["x"]}, False),
        (tuple[int, str], (1, "x"), True),
        (tuple[int, str], (1,), False),
        (set[int], {1}, True),
        (set[int], {"x"}, False),
        (int | None, None, True),
        (int | None, "x", False),
    ],
    ids=str,
)
def test_values_are_checked_deeply(flows, declared, value, passes):
    """A collection is checked item by item, and an int is not a float."""
    assert flows(declared, value) is passes


@pytest.mark.parametrize(
    ("make", "name", "good", "bad"),
    [
        (lambda dg: dg.List[dg.Int], "[Int]", [1], ["x"]),
        (lambda dg: dg.List[dg.Optional[dg.Int]], "[Int?]", [None], ["x"]),
        (lambda dg: dg.Optional[dg.String], "String?", None, 1),
        (lambda dg: dg.Dict[dg.String, dg.Int], "Dict[String,Int]", {"a": 1}, {"a": "x"}),
        (lambda dg: dg.Set[dg.Int], "Set[Int]", {1}, {"x"}),
        (lambda dg: dg.Tuple[dg.Int, dg.String], "Tuple[Int,String]", (1, "a"), (1, 2)),
    ],
)
def test_types_are_put_together(dg, flows, make, name, good, bad):
    """`List`, `Optional`, `Dict`, `Set` and `Tuple` take types, and have names made of theirs."""
    made = make(dg)
    assert made.display_name == name
    assert flows(made, good)
    assert not flows(made, bad)


@pytest.mark.parametrize("name", ["List", "Dict", "Set", "Tuple"])
def test_collections_of_anything(dg, flows, name):
    """`List`, `Dict`, `Set` and `Tuple` alone take any items."""
    value = {"List": [1, "x"], "Dict": {1: "x"}, "Set": {1, "x"}, "Tuple": (1, "x")}[name]
    assert flows(getattr(dg, name), value)
    assert not flows(getattr(dg, name), 5)


def test_nothing_inside_another_type_is_refused(dg):
    """`Nothing` cannot be part of another type."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        _ = dg.List[dg.Nothing]


def test_a_type_of_one_s_own(dg, even, flows):
    """A type's function decides; its key is its name unless given."""
    assert flows(even, 2)
    assert not flows(even, 3)
    assert (even.key, even.display_name, even.unique_name, even.description) == (
        "Even",
        "Even",
        "Even",
        "An even number",
    )
    assert dg.DagsterType(key="even", name="Even", type_check_fn=lambda _, __: True).key == "even"


def test_types_are_equal_by_key(dg, even):
    """Two types of one key are one type."""
    assert even == dg.DagsterType(name="Even", type_check_fn=lambda _, __: True)
    assert dg.List[int] == dg.List[int]


@pytest.mark.parametrize("side", ["input", "output"])
def test_the_error_of_a_failed_check(dg, even, side):
    """The step fails by a DagsterTypeCheckDidNotPass, which has the check's description, metadata and type."""
    op = dg.op(ins={"x": dg.In(even if side == "input" else Any)}, out=dg.Out(even if side == "output" else Any))(one)

    @dg.job
    def failing():
        op(dg.op(name="three")(lambda: 3)())

    with pytest.raises(dg.DagsterTypeCheckDidNotPass) as caught:
        failing.execute_in_process()
    assert "It is odd" in caught.value.description
    assert caught.value.metadata["rest"].value == 1
    assert caught.value.dagster_type is even


def one(x):
    """Return the argument."""
    return x


def test_checks_in_events(dg, even):
    """STEP_INPUT and STEP_OUTPUT hold the result of the check, of a failed one too."""
    op = dg.op(name="take", ins={"x": dg.In(even)})(one)

    @dg.job
    def failing():
        op(dg.op(name="three")(lambda: 3)())

    events = failing.execute_in_process(raise_on_error=False).all_events
    found = {
        event.event_type_value: event.event_specific_data.type_check_data
        for event in events
        if event.event_type_value in ("STEP_INPUT", "STEP_OUTPUT")
    }
    assert [(kind, data.success, data.label, data.description) for kind, data in found.items()] == [
        ("STEP_OUTPUT", True, "result", None),
        ("STEP_INPUT", False, "x", "It is odd"),
    ]
    assert found["STEP_INPUT"].metadata["rest"].value == 1


def test_a_check_that_raises(dg):
    """An exception of a type's function fails the step as it is."""
    broken = dg.DagsterType(name="Broken", type_check_fn=lambda _, value: 1 / value)
    with pytest.raises(ZeroDivisionError):
        dg.materialize([dg.asset(name="a", dagster_type=broken)(lambda: 0)])


def test_a_check_that_returns_neither(dg):
    """A type's function returns a bool or a TypeCheck; anything else is an error."""
    vague = dg.DagsterType(name="Vague", type_check_fn=lambda _, __: "yes")
    with pytest.raises(dg.DagsterInvariantViolationError, match="TypeCheck"):
        dg.check_dagster_type(vague, 1)


def test_a_function_of_one_argument_is_refused(dg):
    """A type's function takes a context and a value."""
    with pytest.raises(dg.DagsterInvalidDefinitionError, match=r"2|two"):
        dg.DagsterType(name="Lonely", type_check_fn=lambda _: True)


def test_a_check_reads_resources(dg):
    """`context.resources` has the keys that the type asks for; the run must provide them."""
    limited = dg.DagsterType(
        name="Limited",
        required_resource_keys={"limit"},
        type_check_fn=lambda context, value: value < context.resources.limit,
    )
    give = dg.op(name="give", out=dg.Out(limited))(lambda: 3)
    works = job_of(dg, give, name="works", resource_defs={"limit": dg.ResourceDefinition.hardcoded_resource(4)})
    fails = job_of(dg, give, name="fails", resource_defs={"limit": dg.ResourceDefinition.hardcoded_resource(2)})
    assert works.execute_in_process().success
    assert not fails.execute_in_process(raise_on_error=False).success
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="limit"):
        job_of(dg, give, name="lacks").execute_in_process()


def test_assets_declare_types(dg, even):
    """`dagster_type` of an asset, an `AssetOut` and an `AssetIn` checks their values."""
    assert not dg.materialize([dg.asset(name="a", dagster_type=even)(lambda: 3)], raise_on_error=False).success
    several = dg.multi_asset(name="several", outs={"q": dg.AssetOut(dagster_type=even)})(lambda: 3)
    assert not dg.materialize([several], raise_on_error=False).success
    up = dg.asset(name="up")(lambda: 3)
    down = dg.asset(name="down", ins={"up": dg.AssetIn(dagster_type=even)})(lambda up: up)
    result = dg.materialize([up, down], raise_on_error=False)
    assert [event.step_key for event in result.get_step_failure_events()] == ["down"]


@pytest.mark.parametrize("annotation", [5, "int"], ids=str)
def test_a_value_in_the_place_of_a_type(dg, annotation):
    """A value is not a type, so a definition that declares one is refused."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.op(name="o", ins={"x": dg.In(annotation)})(lambda x: x)


def test_an_input_annotated_as_none(dg):
    """An input annotated as None is refused: it has no value to take."""

    def takes(x: None):
        del x

    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.op(takes)


def test_a_type_as_an_annotation(dg, even):
    """A `DagsterType` may take the place of a class, in annotations of inputs and outputs."""

    def double(x):
        return 2 * x

    double.__annotations__ = {"x": even, "return": even}
    doubling = dg.op(double)
    assert doubling(2) == 4  # twice the argument
    with pytest.raises(dg.DagsterTypeCheckDidNotPass):
        doubling(3)


def test_a_union_as_an_annotation(dg, differs):
    """dagwire checks a value against a union; Dagster refuses to declare one."""

    def takes(x: int | str):
        return x

    differs(
        lambda: [dg.op(takes)("1"), refused(dg, dg.op(takes), 1.5)],
        dagster=dg.DagsterInvalidDefinitionError,
        dagwire=["1", "refused"],
    )


def refused(dg, op, value):
    """Say that an op refuses a value."""
    with pytest.raises(dg.DagsterTypeCheckDidNotPass):
        op(value)
    return "refused"


def test_a_python_class_with_a_name(dg, flows):
    """`PythonObjectDagsterType` checks for a class, or for one of several."""
    number = dg.PythonObjectDagsterType((int, float), name="Number")
    assert flows(number, 1.5)
    assert not flows(number, "x")
    assert dg.PythonObjectDagsterType(int).display_name == "int"
    assert number.typing_type == int | float


def test_a_class_that_stands_for_a_type(dg, flows):
    """A class that is made usable is checked by its own type, wherever it is declared."""

    @dg.usable_as_dagster_type(name="Place")
    class Point:
        pass

    class Odd(int):
        pass

    dg.make_python_type_usable_as_dagster_type(
        Odd, dg.DagsterType(name="Odd", type_check_fn=lambda _, value: value % 2 == 1)
    )
    assert flows(Point, Point())
    assert not flows(Point, 1)
    assert flows(Odd, 3)
    assert not flows(Odd, 2)


def test_a_class_stands_for_one_type(dg):
    """A class that is registered for a type already is refused another."""

    class Twice:
        pass

    dg.make_python_type_usable_as_dagster_type(Twice, dg.PythonObjectDagsterType(Twice, name="First"))
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.make_python_type_usable_as_dagster_type(Twice, dg.PythonObjectDagsterType(Twice, name="Second"))


def test_check_dagster_type(dg, even):
    """`check_dagster_type` checks a value outside a run."""
    assert dg.check_dagster_type(int, 1).success
    assert not dg.check_dagster_type(dg.Dict[str, int], {"a": "x"}).success
    assert dg.check_dagster_type(even, 3).description == "It is odd"


@pytest.fixture
def loaded(dg):
    """A type whose loader multiplies a configured number by a resource."""

    @dg.dagster_type_loader(config_schema={"n": int}, required_resource_keys={"factor"})
    def load(context, config):
        return config["n"] * context.resources.factor

    return dg.DagsterType(name="Loaded", type_check_fn=lambda _, value: isinstance(value, int), loader=load)


@pytest.fixture
def taking(dg, loaded):
    """A job whose op takes one loaded value, and a list of them."""
    take = dg.op(name="take", ins={"x": dg.In(loaded), "several": dg.In(dg.List[loaded])})(
        lambda x, several: [x, *several]
    )
    factor = dg.ResourceDefinition.hardcoded_resource(10)
    return job_of(dg, take, name="taking", resource_defs={"factor": factor})


def test_a_loader_makes_a_value_of_config(taking):
    """A type's loader makes the value of an input that no step gives, and a list's items each."""
    inputs = {"x": {"n": 1}, "several": [{"n": 2}, {"n": 3}]}
    result = taking.execute_in_process(run_config={"ops": {"take": {"inputs": inputs}}})
    assert result.output_for_node("take") == [10, 20, 30]


def test_the_resources_of_a_loader_that_is_not_needed(dg, loaded, log):
    """The resources of a loader are opened only if it makes a value, and are then in the step's context."""

    @dg.resource
    def factor():
        log.append("open")
        return 10

    made = dg.op(name="made", out=dg.Out(loaded))(lambda: 1)

    @dg.op(ins={"x": dg.In(loaded)})
    def take(context, x):
        log.append(hasattr(context.resources, "factor"))

    @dg.job(resource_defs={"factor": factor})
    def connected():
        take(made())

    @dg.job(resource_defs={"factor": factor})
    def configured():
        take()

    connected.execute_in_process()
    configured.execute_in_process(run_config={"ops": {"take": {"inputs": {"x": {"n": 1}}}}})
    assert log == [False, "open", True]


def test_the_config_of_a_loader_is_checked(dg, taking):
    """The config of an input must fit the schema of its type's loader."""
    inputs = {"x": {"n": "one"}, "several": []}
    with pytest.raises(dg.DagsterInvalidConfigError):
        taking.execute_in_process(run_config={"ops": {"take": {"inputs": inputs}}})


def test_a_loader_takes_a_context(dg):
    """A loader's function takes a context first."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.dagster_type_loader(config_schema=int)(lambda value: value)


def test_the_declared_type_reaches_io_managers(dg, even):
    """An IO manager sees the type's name, and the Python type of its values."""
    seen = []

    class Noting(dg.IOManager):
        def handle_output(self, context, obj):
            del obj
            seen.append((context.dagster_type.display_name, context.dagster_type.typing_type))

        def load_input(self, context):
            return 2

    give = dg.op(name="give", out={"a": dg.Out(int), "b": dg.Out(even), "c": dg.Out(dg.Any)})(lambda: (1, 2, 3))
    manager = dg.IOManagerDefinition.hardcoded_io_manager(Noting())
    job_of(dg, give, name="storing", resource_defs={"io_manager": manager}).execute_in_process()
    assert seen == [("Int", int), ("Even", Any), ("Any", Any)]


def test_an_asset_that_waits_for_another(dg, log):
    """An input of type Nothing orders two assets: the function has no such parameter."""
    up = dg.asset(name="up")(lambda: log.append("up"))
    down = dg.asset(name="down", ins={"up": dg.AssetIn(dagster_type=dg.Nothing)})(lambda: log.append("down"))
    dg.materialize([down, up])
    assert log == ["up", "down"]
    assert set(down.dependency_keys) == {dg.AssetKey("up")}


def pair(x, y=1):
    """Return the arguments."""
    return x, y


def test_inputs_and_outputs_of_a_definition(dg, even):
    """`input_defs` and `output_defs` of an op list its inputs and outputs with their types."""
    op = dg.op(
        ins={"x": dg.In(even, description="A number")},
        out={"a": dg.Out(int), "b": dg.Out(is_required=False, io_manager_key="files")},
    )(pair)
    assert [(one.name, one.dagster_type.display_name, one.has_default_value) for one in op.input_defs] == [
        ("x", "Even", False),
        ("y", "Any", True),
    ]
    assert op.input_defs[0].description == "A number"
    assert [(one.name, one.dagster_type.display_name, one.is_required) for one in op.output_defs] == [
        ("a", "Int", True),
        ("b", "Any", False),
    ]
    assert op.output_defs[1].io_manager_key == "files"
