"""Ops: the declarations of inputs and outputs, what a definition refuses, the values of a body, configured ops."""

from collections.abc import Iterator

import pytest


def cases(**values):
    """Values of a parameter, each under its name."""
    return {"argvalues": list(values.values()), "ids": list(values)}


def run(dg, *ops, **options):
    """The result of a job that calls each op without arguments."""

    @dg.job
    def nightly():
        for one in ops:
            one()

    return nightly.execute_in_process(**options)


def op_of(dg, body, **options):
    """An op named `step` with `body`."""
    return dg.op(name="step", **options)(body)


# -- declarations ------------------------------------------------------------------------------------------------------


@pytest.fixture
def described(dg):
    """An op with something of everything."""

    @dg.op(
        ins={"low": dg.In(int, "the lowest", metadata={"unit": "m"}), "before": dg.In(dg.Nothing)},
        out={"a": dg.Out(int, "the first"), "b": dg.Out(is_required=False, metadata={"rows": 1})},
        tags={"team": "x", "limits": {"cpu": 1}}, pool="small", code_version="3", required_resource_keys={"db"},
        config_schema={"size": int}, retry_policy=dg.RetryPolicy(max_retries=2),
    )  # fmt: skip
    def measure(context, low, high: float = 1.5):
        """Measures."""
        yield dg.Output(low, "a")

    return measure


def test_facts_of_an_op(described):
    """An op lists its inputs and outputs with types, defaults, descriptions and metadata."""
    assert described.name == "measure"
    assert described.description == "Measures."
    assert set(described.ins) == {"low", "high", "before"}
    assert {i.name: (i.dagster_type.display_name, i.has_default_value) for i in described.input_defs} == {
        "low": ("Int", False),
        "high": ("Float", True),
        "before": ("Nothing", False),
    }
    assert (described.input_dict["low"].description, described.input_dict["low"].metadata) == (
        "the lowest",
        {"unit": "m"},
    )
    assert described.input_dict["high"].default_value == 1.5
    assert [(o.name, o.dagster_type.display_name, o.is_required) for o in described.output_defs] == [
        ("a", "Int", True),
        ("b", "Any", False),
    ]
    assert described.output_def_named("a").description == "the first"
    assert described.outs["b"].metadata == {"rows": 1}
    assert (described.has_input("low"), described.has_input("size"), described.has_output("b")) == (True, False, True)


def test_tags_pool_and_version_of_an_op(described):
    """Tags that are not text become JSON; `pool` and `code_version` are kept, also by each output."""
    assert described.tags == {"team": "x", "limits": '{"cpu": 1}'}
    assert (described.pool, described.pools) == ("small", {"small"})
    assert described.version == "3"
    assert described.outs["a"].code_version == "3"
    assert described.required_resource_keys == {"db"}
    assert described.retry_policy.max_retries == 2


def test_an_op_has_the_name_and_docstring_of_its_function(described):
    """`__name__` and `__doc__` of an op are its function's."""
    assert (described.__name__, described.__doc__) == ("measure", "Measures.")
    assert callable(described.compute_fn) or described.compute_fn is not None


def test_version_is_an_older_name(dg):
    """`version` is an older name of `code_version`."""
    assert op_of(dg, lambda: 1, version="7").version == "7"


def test_in_and_out_resolve_their_types(dg):
    """`In(int)` and `Out(int)` have a DagsterType; equal declarations are equal."""
    assert dg.In(int).dagster_type.display_name == "Int"
    assert dg.Out(str).dagster_type.display_name == "String"
    assert dg.In(int, "one") == dg.In(dagster_type=int, description="one")
    assert dg.Out(int) != dg.Out(str)
    assert dg.In(asset_key=dg.AssetKey("rows")).asset_key == dg.AssetKey("rows")
    assert dg.In().metadata == {}


def test_annotations_declare_types(dg):
    """Annotations of parameters and of the return value are the types of inputs and outputs."""

    @dg.op
    def step(low: int, names: list[str], rest) -> dict[str, int]:
        return {}

    assert [i.dagster_type.display_name for i in step.input_defs] == ["Int", "[String]", "Any"]
    assert step.output_defs[0].dagster_type.display_name == "Dict[String,Int]"


def test_a_declared_type_wins_over_the_annotation(dg):
    """`In` and `Out` come before annotations."""

    @dg.op(ins={"low": dg.In(str)}, out=dg.Out(int))
    def step(low: int) -> str:
        return 4

    assert (step.input_defs[0].dagster_type.display_name, step.output_defs[0].dagster_type.display_name) == (
        "String",
        "Int",
    )


def test_a_tuple_declares_several_outputs(dg):
    """`-> tuple[int, str]` declares the types of two outputs, in order."""

    @dg.op(out={"a": dg.Out(), "b": dg.Out()})
    def step() -> tuple[int, str]:
        return 1, "x"

    assert [o.dagster_type.display_name for o in step.output_defs] == ["Int", "String"]


# -- refusals ----------------------------------------------------------------------------------------------------------


def nothing_as_parameter(before):
    return 1


def default_of_another_type(low: int = "a"):
    return low


def default_of_none(low: int = None):  # noqa: RUF013  # the rule under test
    return low


@pytest.mark.parametrize(
    "refused",
    **cases(
        name=lambda dg: dg.op(name="a b"),
        reserved=lambda dg: dg.op(name="type"),
        output=lambda dg: dg.op(out={"a b": dg.Out()}),
        reserved_output=lambda dg: dg.op(out={"type": dg.Out()}),
        no_parameter=lambda dg: dg.op(ins={"high": dg.In()}),
        context=lambda dg: dg.op(ins={"context": dg.In()}),
        default=lambda dg: dg.op(ins={"low": dg.In(int, default_value="a")}),
        default_of_nothing=lambda dg: dg.op(ins={"low": dg.In(dg.Nothing, default_value=1)}),
    ),
)
def test_declarations_that_do_not_fit(dg, refused):
    """Wrong names, inputs that do not exist and defaults of another type are refused when the op is made."""

    def step(low):
        return low

    with pytest.raises(dg.DagsterInvalidDefinitionError):
        refused(dg)(step)


@pytest.mark.parametrize("body", [default_of_another_type, default_of_none])
def test_defaults_of_another_type(dg, body):
    """A parameter's default is of the type that it is annotated with."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.op(body)


def test_defaults_of_types_that_are_no_scalars(dg):
    """A default of a class is not checked when the op is made: `frame: Frame = None` is a usual way to write it."""

    class Frame:
        pass

    @dg.op
    def made():
        return Frame()

    @dg.op
    def step(frame: Frame = None):  # the rule under test
        return type(frame).__name__

    @dg.job
    def nightly():
        step(made())

    assert nightly.execute_in_process().output_for_node("step") == "Frame"


def test_nothing_is_no_parameter(dg):
    """An input of type Nothing carries no value, so the function has no parameter for it."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.op(ins={"before": dg.In(dg.Nothing)})(nothing_as_parameter)
    step = dg.op(name="step", ins={"before": dg.In(dg.Nothing)})(lambda: 1)
    assert list(step.ins) == ["before"]


def test_a_later_parameter_named_by_an_underscore(dg):
    """`_` and `_context` are the context as a first parameter alone; later ones are inputs, for their order."""

    @dg.op
    def first():
        return 1

    @dg.op
    def then(context, _, _context):
        return context.op.name

    @dg.job
    def nightly():
        then(first(), first())

    assert list(then.ins) == ["_", "_context"]
    assert nightly.execute_in_process().output_for_node("then") == "then"


def test_a_later_parameter_named_context(dg):
    """A context that is not the first parameter is refused."""
    for decorate in (dg.op, dg.asset):
        with pytest.raises(dg.DagsterInvalidDefinitionError):

            @decorate
            def step(first, context): ...


def test_an_input_of_a_reserved_name(dg):
    """A parameter named `input` or `dict` is refused, because run config has these words."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.op(name="step")(lambda input: 1)  # noqa: A006  # the name is the subject


def test_a_type_that_is_none(dg):
    """Something that is not a type is refused where it is declared."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.In(dagster_type=4)


@pytest.mark.parametrize("declared", **cases(ins={"ins": {"low": int}}, out={"out": int}, outs={"out": {"a": int}}))
def test_declarations_of_another_class(dg, declared):
    """Inputs are declared by In, outputs by Out; a bare type is refused."""
    with pytest.raises(Exception):  # noqa: B017, PT011  # Dagster's has no class of its own
        dg.op(name="step", **declared)(lambda low: 1)


@pytest.mark.parametrize("returns", **cases(int=int, three=tuple[int, int, int], a_list=list[int]))
def test_annotations_that_do_not_fit_the_outputs(dg, returns):
    """Several outputs need a tuple of as many types, or no annotation."""

    def step():
        return 1, 2

    step.__annotations__["return"] = returns
    with pytest.raises(dg.DagsterInvariantViolationError):
        dg.op(out={"a": dg.Out(), "b": dg.Out()})(step)


def test_two_versions(dg):
    """`version` and `code_version` are one thing; both are refused."""
    with pytest.raises(Exception):  # noqa: B017, PT011  # as above
        op_of(dg, lambda: 1, version="1", code_version="2")


# -- values ------------------------------------------------------------------------------------------------------------


def two(dg):
    """Two outputs."""
    return {"a": dg.Out(), "b": dg.Out()}


@pytest.mark.parametrize(
    "returned",
    **cases(
        values=lambda dg: (1, 2),
        named=lambda dg: (dg.Output(1, "a"), dg.Output(2, "b")),
        unnamed=lambda dg: (dg.Output(1), dg.Output(2)),
        mixed=lambda dg: (1, dg.Output(2, "b")),
    ),
)
def test_several_outputs_as_a_tuple(dg, returned):
    """A tuple has the outputs in their order, as values or as Outputs."""
    result = run(dg, op_of(dg, lambda: returned(dg), out=two(dg)))
    assert [result.output_for_node("step", name) for name in "ab"] == [1, 2]


@pytest.mark.parametrize(
    "returned",
    **cases(
        swapped=lambda dg: (dg.Output(1, "b"), dg.Output(2, "a")),
        three=lambda dg: (1, 2, 3),
        a_list=lambda dg: [1, 2],
        a_dict=lambda dg: {"a": 1, "b": 2},
        one=lambda dg: 1,
    ),
)
def test_values_that_fit_no_outputs(dg, returned):
    """Outputs in another order, or in another number, fail the step."""
    with pytest.raises(dg.DagsterInvariantViolationError):
        run(dg, op_of(dg, lambda: returned(dg), out=two(dg)))


@pytest.mark.parametrize(
    "returned",
    **cases(
        other_name=lambda dg: dg.Output(1, "other"),
        materialization=lambda dg: dg.AssetMaterialization("rows"),
        expectation=lambda dg: dg.ExpectationResult(success=True),
    ),
)
def test_returned_things_that_are_no_value(dg, returned):
    """An Output of another name, or an event is not the value of a plain output."""
    with pytest.raises(dg.DagsterInvariantViolationError):
        run(dg, op_of(dg, lambda: returned(dg)))


def test_an_annotated_output_is_returned(dg):
    """`-> Output[int]` promises an Output; a bare value fails the step."""

    def bare() -> dg.Output[int]:
        return 5

    def wrapped() -> dg.Output[int]:
        return dg.Output(5)

    with pytest.raises(dg.DagsterInvariantViolationError):
        run(dg, op_of(dg, bare))
    assert run(dg, op_of(dg, wrapped)).output_for_node("step") == 5


def test_generators_are_annotated_as_iterators(dg):
    """A generator may be annotated `-> Iterator[Output]`."""

    def body() -> Iterator[dg.Output]:
        yield dg.Output(1)

    assert run(dg, op_of(dg, body)).output_for_node("step") == 1


def test_no_outputs(dg):
    """`out={}` declares an op without a value."""
    assert run(dg, op_of(dg, lambda: None, out={})).success
    with pytest.raises(dg.DagsterInvariantViolationError):
        run(dg, op_of(dg, lambda: 1, out={}))


# -- by hand, and configured -------------------------------------------------------------------------------------------


def test_an_op_made_by_hand(dg):
    """`OpDefinition(compute_fn, name)` takes a function of the context and a dict of inputs that yields Outputs."""

    def compute(context, inputs):
        yield dg.Output(inputs["low"] + context.op_config)

    step = dg.OpDefinition(compute, "step", ins={"low": dg.In(int, default_value=3)}, config_schema=int)
    assert run(dg, step, run_config={"ops": {"step": {"config": 4}}}).output_for_node("step") == 7


@pytest.fixture
def sized(dg):
    """An op with config of one field."""

    @dg.op(config_schema={"size": int})
    def sized(context):
        return context.op_config["size"]

    return sized


def test_an_op_with_its_config_given(dg, sized):
    """`op.configured(config, name=)` is an op of another name without config."""
    three = sized.configured({"size": 3}, name="three")
    result = run(dg, three, sized, run_config={"ops": {"sized": {"config": {"size": 1}}}})
    assert (result.output_for_node("three"), result.output_for_node("sized")) == (3, 1)


def test_an_op_with_its_config_made(dg, sized):
    """`@configured(op, config_schema)` makes the op's config from other config, and has the function's name."""

    @dg.configured(sized, config_schema=int)
    def doubled(size):
        return {"size": size * 2}

    assert doubled.name == "doubled"
    assert run(dg, doubled, run_config={"ops": {"doubled": {"config": 4}}}).output_for_node("doubled") == 8


def test_config_of_a_configured_op_is_checked(dg, sized):
    """Given config that does not fit the op is refused when it runs; a name is needed."""
    with pytest.raises(dg.DagsterInvalidConfigError):
        run(dg, sized.configured({"size": "x"}, name="wrong"))
    with pytest.raises(Exception):  # noqa: B017, PT011  # Dagster's has no class of its own
        sized.configured({"size": 1})


def test_an_op_under_other_names(dg, sized):
    """`alias`, `tag`, `with_hooks` and `with_retry_policy` make copies that one job may call beside the op itself."""
    tagged = sized.alias("second").tag({"team": "y"})
    config = {"ops": {"sized": {"config": {"size": 1}}, "second": {"config": {"size": 2}}}}
    result = run(dg, sized, tagged, run_config=config)
    assert (result.output_for_node("sized"), result.output_for_node("second")) == (1, 2)


@pytest.mark.parametrize("kind", ["op", "multi_asset"])
def test_an_output_that_is_missing(dg, kind):
    """A body that ends without a value for an output raises an error with the names of step and output."""
    if kind == "op":

        @dg.op(out={"low": dg.Out(), "high": dg.Out()})
        def bounds():
            yield dg.Output(1, "low")

        run = dg.job(name="measure")(lambda: bounds() and None).execute_in_process
    else:

        @dg.multi_asset(outs={"low": dg.AssetOut(), "high": dg.AssetOut()})
        def bounds():
            yield dg.Output(1, "low")

        def run():
            return dg.materialize([bounds])

    with pytest.raises(dg.DagsterStepOutputNotFoundError) as raised:
        run()
    assert (raised.value.step_key, raised.value.output_name) == ("bounds", "high")
