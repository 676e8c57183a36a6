"""Dynamic outputs: steps whose number is known only while the job runs, by `DynamicOut`, `map` and `collect`."""

import pytest


@pytest.fixture
def fan(dg):
    """An op that gives 0, 1 and 2 under the keys a, b and c."""

    @dg.op(out=dg.DynamicOut())
    def fan():
        for number, key in enumerate("abc"):
            yield dg.DynamicOutput(number, mapping_key=key)

    return fan


@pytest.fixture
def double(dg):
    """An op that doubles."""

    @dg.op
    def double(x):
        return 2 * x

    return double


@pytest.fixture
def total(dg):
    """An op that adds up a list."""

    @dg.op
    def total(xs):
        return sum(xs)

    return total


@pytest.fixture
def plus(dg):
    """An op that adds its two inputs."""

    @dg.op
    def plus(x, y):
        return x + y

    return plus


@pytest.fixture
def run(dg):
    """Make a job of a body and run it."""

    def run(body, **kwargs):
        return dg.job(body).execute_in_process(**kwargs)

    return run


def steps(result, kind="STEP_START"):
    """The steps of which there is an event of a kind, in order."""
    return [event.step_key for event in result.all_events if event.event_type_value == kind]


def test_a_step_for_each_value(run, fan, double, total):
    """A mapped step runs once for each value, its step key naming the mapping key; a collecting one gets a list."""

    def nightly():
        total(fan().map(double).collect())

    result = run(nightly)
    assert steps(result) == ["fan", "double[a]", "double[b]", "double[c]", "total"]
    assert result.output_for_node("fan") == {"a": 0, "b": 1, "c": 2}
    assert result.output_for_node("double") == {"a": 0, "b": 2, "c": 4}
    assert result.output_for_node("total") == 6


def test_what_is_collected_is_in_order(dg, run, double):
    """The list is in the order in which the values were given, not in that of their keys."""

    @dg.op(out=dg.DynamicOut())
    def backwards():
        return [dg.DynamicOutput(n, mapping_key=str(n)) for n in (3, 1, 2)]

    @dg.op
    def keep(xs):
        return xs

    def nightly():
        keep(backwards().map(double).collect())

    assert run(nightly).output_for_node("keep") == [6, 2, 4]


def test_maps_are_chained(run, fan, double, total):
    """A mapped output is mapped again, and collected by any number of ops."""

    def nightly():
        twice = fan().map(double).map(double.alias("again"))
        total(twice.collect())
        total.alias("once_more")(twice.collect())

    result = run(nightly)
    assert result.output_for_node("again") == {"a": 0, "b": 4, "c": 8}
    assert (result.output_for_node("total"), result.output_for_node("once_more")) == (12, 12)


def test_a_function_says_what_is_done_with_each_value(dg, run, fan, plus, double, total):
    """`map` takes any function of one value; steps beside it give the same value to each."""

    @dg.op
    def hundred():
        return 100

    def nightly():
        base = hundred()
        total(fan().map(lambda x: plus(double(x), base)).collect())

    result = run(nightly)
    assert result.output_for_node("plus") == {"a": 100, "b": 102, "c": 104}
    assert result.output_for_node("total") == 306


def test_a_function_that_gives_several(dg, run, fan, total):
    """A tuple that the function gives back is mapped or collected item by item; nothing is nothing."""

    @dg.op(out={"up": dg.Out(), "down": dg.Out()})
    def both(x):
        return x, -x

    @dg.op
    def sink(x):
        pass

    def nightly():
        up, down = fan().map(both)
        total(up.collect())
        total.alias("negative")(down.collect())
        assert fan.alias("other")().map(lambda x: None) is None
        up.map(sink)

    result = run(nightly)
    assert (result.output_for_node("total"), result.output_for_node("negative")) == (3, -3)
    assert result.output_for_node("both", "down") == {"a": 0, "b": -1, "c": -2}


def test_collected_as_it_is(run, fan, total):
    """A dynamic output may be collected without a map."""

    def nightly():
        total(fan().collect())

    assert run(nightly).output_for_node("total") == 3


def test_two_maps_over_one_output_meet_key_by_key(run, fan, double, plus):
    """Steps that are mapped over one dynamic output belong together by mapping key."""

    def nightly():
        values = fan()
        doubled = values.map(double)
        doubled.map(lambda x: values.map(lambda y: plus(x, y)))

    assert run(nightly).output_for_node("plus") == {"a": 0, "b": 3, "c": 6}


def test_dynamic_beside_plain_outputs(dg, run, total, plus):
    """One op may have dynamic and plain outputs."""

    @dg.op(out={"parts": dg.DynamicOut(), "base": dg.Out()})
    def mixed():
        yield dg.DynamicOutput(1, mapping_key="x", output_name="parts")
        yield dg.Output(5, "base")
        yield dg.DynamicOutput(2, mapping_key="y", output_name="parts")

    def nightly():
        parts, base = mixed()
        parts.map(lambda part: plus(part, base))
        total(parts.collect())

    result = run(nightly)
    assert result.output_for_node("mixed", "parts") == {"x": 1, "y": 2}
    assert result.output_for_node("plus") == {"x": 6, "y": 7}
    assert result.output_for_node("total") == 3


def test_two_dynamic_outputs_of_one_op(dg, run, total):
    """Several dynamic outputs have a list each."""

    @dg.op(out={"left": dg.DynamicOut(), "right": dg.DynamicOut()})
    def split():
        left = [dg.DynamicOutput(1, "x"), dg.DynamicOutput(2, "y")]
        return left, [dg.DynamicOutput(3, "z")]

    def nightly():
        left, right = split()
        total(left.collect())
        total.alias("other")(right.collect())

    result = run(nightly)
    assert (result.output_for_node("total"), result.output_for_node("other")) == (3, 3)


def test_one_after_the_other(dg, run, fan, double, total):
    """An op that collects may have a dynamic output itself."""

    @dg.op(out=dg.DynamicOut())
    def up_to(x):
        for number in range(x):
            yield dg.DynamicOutput(number, mapping_key=str(number))

    def nightly():
        up_to(total(fan().map(double).collect())).map(double.alias("last"))

    assert run(nightly).output_for_node("last") == {str(n): 2 * n for n in range(6)}


@pytest.mark.parametrize("kind", ["list", "generator", "async generator", "annotated"])
def test_bodies_of_dynamic_outputs(dg, run, double, kind):
    """The values are yielded, or returned as a list; `-> list[DynamicOutput]` declares the output."""
    values = [dg.DynamicOutput(1, mapping_key="a"), dg.DynamicOutput(2, mapping_key="b")]

    def listed():
        return values

    def generated():
        yield from values

    async def later():
        for value in values:
            yield value

    def annotated() -> list[dg.DynamicOutput[int]]:
        return values

    bodies = {"list": listed, "generator": generated, "async generator": later, "annotated": annotated}
    declared = {} if kind == "annotated" else {"out": dg.DynamicOut()}
    source = dg.op(name="source", **declared)(bodies[kind])

    def nightly():
        source().map(double)

    assert run(nightly).output_for_node("double") == {"a": 2, "b": 4}


def test_a_list_from_a_coroutine(dg, run, differs):
    """A coroutine may return the list as a function may; Dagster fails there."""

    @dg.op(out=dg.DynamicOut())
    async def source():
        return [dg.DynamicOutput(1, mapping_key="a"), dg.DynamicOutput(2, mapping_key="b")]

    def nightly():
        source()

    differs(lambda: run(nightly, raise_on_error=False).success, dagster=False, dagwire=True)


@pytest.mark.parametrize("returned", ["a number", "nothing", "a list of numbers", "one alone"])
def test_what_is_no_list_of_dynamic_outputs_fails(dg, run, returned):
    """A body that returns something else than a list of DynamicOutputs fails."""
    values = {"a number": 5, "nothing": None, "a list of numbers": [5], "one alone": dg.DynamicOutput(1, "a")}

    @dg.op(out=dg.DynamicOut())
    def source():
        return values[returned]

    def nightly():
        source()

    assert run(nightly, raise_on_error=False).get_failed_step_keys() == {"source"}


def test_a_mapping_key_is_given_once(dg, run):
    """Two values with one mapping key fail the step."""

    @dg.op(out=dg.DynamicOut())
    def source():
        yield dg.DynamicOutput(1, mapping_key="a")
        yield dg.DynamicOutput(2, mapping_key="a")

    def nightly():
        source()

    assert run(nightly, raise_on_error=False).get_failed_step_keys() == {"source"}


def test_values_of_another_type_fail(dg, run):
    """`DynamicOut(int)` is held to each value."""

    @dg.op(out=dg.DynamicOut(int))
    def source():
        yield dg.DynamicOutput("one", mapping_key="a")

    def nightly():
        source()

    assert run(nightly, raise_on_error=False).get_failed_step_keys() == {"source"}


def test_an_undeclared_dynamic_output(dg, run):
    """A DynamicOutput of an op that declares no DynamicOut fails the step."""

    @dg.op
    def source():
        yield dg.DynamicOutput(1, mapping_key="a")

    def nightly():
        source()

    assert run(nightly, raise_on_error=False).get_failed_step_keys() == {"source"}


@pytest.mark.parametrize("key", ["a b", "a.b", "a-b", "", "ü", "a[b]"])
def test_mapping_keys_are_names(dg, key):
    """Letters, digits and underscores make a mapping key."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.DynamicOutput(1, mapping_key=key)


def test_no_values_at_all(dg, run, double, total):
    """Without a value no mapped step runs, and what collects gets an empty list."""

    @dg.op(out=dg.DynamicOut())
    def none():
        return []

    def nightly():
        total(none().map(double).collect())

    result = run(nightly)
    assert steps(result) == ["none", "total"]
    assert result.output_for_node("total") == 0


def test_no_values_of_an_optional_output(dg, run, double, total):
    """With `is_required=False`, an op that collects is skipped if nothing was given."""

    @dg.op(out=dg.DynamicOut(is_required=False))
    def none():
        yield from ()

    def nightly():
        total(none().map(double).collect())

    result = run(nightly)
    assert result.success
    assert result.is_node_skipped("total")


def test_one_of_the_mapped_steps_fails(dg, run, fan, total):
    """The others run; what collects does not."""

    @dg.op
    def picky(x):
        if x == 1:
            raise ValueError(x)
        return x

    def nightly():
        total(fan().map(picky).collect())

    result = run(nightly, raise_on_error=False)
    assert not result.success
    assert result.get_failed_step_keys() == {"picky[b]"}
    assert result.output_for_node("picky") == {"a": 0, "c": 2}
    assert (result.is_node_failed("picky"), result.is_node_success("picky")) == (True, True)
    assert not result.is_node_success("total")


def test_what_is_mapped_on_fails_by_key(dg, run, fan, double, total):
    """In a chain of maps only what lies after the failed one is lost, and what collects."""

    @dg.op
    def picky(x):
        if x == 1:
            raise ValueError(x)
        return x

    def nightly():
        total(fan().map(picky).map(double).collect())

    result = run(nightly, raise_on_error=False)
    assert result.output_for_node("double") == {"a": 0, "c": 4}
    assert "total" not in steps(result)


def test_one_of_the_mapped_steps_gives_nothing(dg, run, fan, double, total):
    """An optional output that is not given skips what lies after it of that key; the rest is collected."""

    @dg.op(out=dg.Out(is_required=False))
    def maybe(x):
        if x != 1:
            yield dg.Output(x)

    def nightly():
        total(fan().map(maybe).map(double).collect())

    result = run(nightly)
    assert result.success
    assert steps(result, "STEP_SKIPPED") == ["double[b]"]
    assert result.output_for_node("total") == 4


def test_all_of_the_mapped_steps_give_nothing(dg, run, fan, total):
    """If no mapped step gives anything, an op that collects is skipped."""

    @dg.op(out=dg.Out(is_required=False))
    def never(x):
        yield from ()

    def nightly():
        total(fan().map(never).collect())

    result = run(nightly)
    assert result.success
    assert result.is_node_skipped("total")


def test_the_source_fails(dg, run, double, total):
    """Nothing that is mapped over a failed op runs."""

    @dg.op(out=dg.DynamicOut())
    def broken():
        raise ValueError

    def nightly():
        total(broken().map(double).collect())

    result = run(nightly, raise_on_error=False)
    assert steps(result) == ["broken"]


def test_a_mapped_step_is_tried_again(dg, run, fan, total, log):
    """A retry policy holds for each mapped step by itself."""

    @dg.op(retry_policy=dg.RetryPolicy(max_retries=1))
    def flaky(x):
        log.append(x)
        if log.count(1) == 1 and x == 1:
            raise ValueError(x)
        return x

    def nightly():
        total(fan().map(flaky).collect())

    result = run(nightly)
    assert result.output_for_node("total") == 3
    assert result.retry_attempts_for_node("flaky") == 1
    assert sorted(log) == [0, 1, 1, 2]


def test_a_dynamic_output_is_tried_again(dg, run, double, log):
    """A source that failed half way gives its values anew."""

    @dg.op(out=dg.DynamicOut(), retry_policy=dg.RetryPolicy(max_retries=1))
    def flaky():
        log.append("try")
        yield dg.DynamicOutput(1, mapping_key="a")
        if len(log) == 1:
            raise ValueError
        yield dg.DynamicOutput(2, mapping_key="b")

    def nightly():
        flaky().map(double)

    assert run(nightly).output_for_node("double") == {"a": 2, "b": 4}


def test_order_after_all_of_them(dg, run, fan, double):
    """An input of type Nothing takes a collected list: the step comes after all; mapped, it comes once for each."""

    @dg.op(ins={"start": dg.In(dg.Nothing)})
    def after():
        return "done"

    def nightly():
        doubled = fan().map(double)
        after(start=doubled.collect())
        doubled.map(lambda x: after.alias("each")(start=x))

    result = run(nightly)
    assert result.output_for_node("after") == "done"
    assert result.output_for_node("each") == {"a": "done", "b": "done", "c": "done"}


def test_a_mapped_graph(dg, run, fan, double, plus, total):
    """A graph may be mapped: its steps run once for each value, those that do not depend on it once."""

    @dg.op
    def hundred():
        return 100

    @dg.graph
    def inner(x):
        return double(plus(x, hundred()))

    def nightly():
        total(fan().map(inner).collect())

    result = run(nightly)
    assert steps(result).count("inner.hundred") == 1
    assert "inner.double[b]" in steps(result)
    assert result.output_for_node("inner") == {"a": 200, "b": 202, "c": 204}
    assert result.output_for_node("inner.plus") == {"a": 100, "b": 101, "c": 102}


def test_a_graph_gives_a_dynamic_output(dg, run, fan, double, total):
    """A graph may return a dynamic or mapped output, which its caller maps or collects."""

    @dg.graph
    def values():
        return fan().map(double)

    @dg.graph(out={"many": dg.GraphOut(), "sum": dg.GraphOut()})
    def both():
        many = fan()
        return {"many": many, "sum": total(many.collect())}

    def nightly():
        total.alias("of_graph")(values().map(double.alias("again")).collect())
        many, _ = both()
        total.alias("of_both")(many.collect())

    result = run(nightly)
    assert result.output_for_node("values") == {"a": 0, "b": 2, "c": 4}
    assert result.output_for_node("of_graph") == 12
    assert (result.output_for_node("both", "many"), result.output_for_node("of_both")) == ({"a": 0, "b": 1, "c": 2}, 3)


def test_a_graph_collects(dg, run, fan, total):
    """A collected list may be a graph's input."""

    @dg.graph
    def summed(xs):
        return total(xs)

    def nightly():
        summed(fan().collect())

    assert run(nightly).output_for_node("summed") == 3


def test_a_graph_of_dynamic_steps_runs_by_itself(dg, fan, double):
    """`output_value` of a graph that gives mapped values is a dictionary."""

    @dg.graph
    def values():
        return fan().map(double)

    assert values.execute_in_process().output_value() == {"a": 0, "b": 2, "c": 4}


def test_an_asset_of_dynamic_steps(dg, fan, double, total):
    """A graph asset may map and collect on the way to its value."""

    @dg.graph_asset
    def sum_of_all():
        return total(fan().map(double).collect())

    result = dg.materialize([sum_of_all])
    assert result.asset_value("sum_of_all") == 6
    assert "sum_of_all.double[b]" in steps(result)


def test_the_context_knows_the_mapping_key(dg, run, fan):
    """`get_mapping_key` is the key of a mapped step, and None for any other; `build_op_context` may set it."""

    @dg.op
    def key(context, x):
        return context.get_mapping_key()

    @dg.op
    def plain(context):
        return context.get_mapping_key()

    def nightly():
        fan().map(key)
        plain()

    result = run(nightly)
    assert result.output_for_node("key") == {"a": "a", "b": "b", "c": "c"}
    assert result.output_for_node("plain") is None
    assert key(dg.build_op_context(mapping_key="z"), 1) == "z"


def test_config_of_a_mapped_step(dg, run, fan):
    """A mapped step has one config, under its op's name."""

    class Factor(dg.Config):
        by: int = 1

    @dg.op
    def times(x, config: Factor):
        return x * config.by

    def nightly():
        fan().map(times)

    result = run(nightly, run_config={"ops": {"times": {"config": {"by": 3}}}})
    assert result.output_for_node("times") == {"a": 0, "b": 3, "c": 6}


def test_resources_of_mapped_steps(dg, run, fan, tracked, log):
    """All mapped steps share the run's resources."""

    @dg.op
    def read(x, db: tracked):
        log.append(f"read {x}")

    @dg.job(resource_defs={"db": tracked()})
    def nightly():
        fan().map(read)

    nightly.execute_in_process()
    assert log == ["open db", "read 0", "read 1", "read 2", "close db"]


def test_hooks_of_mapped_steps(dg, fan, double, log):
    """A hook is called for each mapped step, with its step key."""

    @dg.success_hook
    def note(context):
        log.append((context.step_key, context.op.name, dict(context.op_output_values)))

    @dg.job(hooks={note})
    def nightly():
        fan().map(double)

    nightly.execute_in_process()
    assert log == [
        ("fan", "fan", {"result": {"a": 0, "b": 1, "c": 2}}),
        ("double[a]", "double", {"result": 0}),
        ("double[b]", "double", {"result": 2}),
        ("double[c]", "double", {"result": 4}),
    ]


@pytest.mark.parametrize(
    ("selection", "started"),
    [
        (["fan"], ["fan"]),
        (["fan", "double"], ["fan", "double[a]", "double[b]", "double[c]"]),
        (["*total"], ["fan", "double[a]", "double[b]", "double[c]", "total"]),
        (["fan*"], ["fan", "double[a]", "double[b]", "double[c]", "total"]),
    ],
)
def test_a_selection_of_dynamic_steps(run, fan, double, total, selection, started):
    """`op_selection` names ops, of which all mapped steps are chosen."""

    def nightly():
        total(fan().map(double).collect())

    assert steps(run(nightly, op_selection=selection)) == started


def test_metadata_of_each_value(dg, run):
    """A DynamicOutput has metadata of its own, to which the context adds by mapping key."""

    @dg.op(out=dg.DynamicOut())
    def source(context):
        context.add_output_metadata({"rows": 1}, mapping_key="a")
        context.add_output_metadata({"rows": 2}, mapping_key="b")
        yield dg.DynamicOutput(1, mapping_key="a", metadata={"size": 9})
        yield dg.DynamicOutput(2, mapping_key="b")

    def nightly():
        source()

    told = [e.step_output_data for e in run(nightly).all_events if e.event_type_value == "STEP_OUTPUT"]
    assert [data.metadata["rows"].value for data in told] == [1, 2]
    assert told[0].metadata["size"].value == 9


def test_metadata_of_no_value_in_particular(dg, run):
    """Metadata of a dynamic output without a mapping key is refused."""

    @dg.op(out=dg.DynamicOut())
    def source(context):
        context.add_output_metadata({"rows": 1})
        yield dg.DynamicOutput(1, mapping_key="a")

    def nightly():
        source()

    with pytest.raises(dg.DagsterInvariantViolationError):
        run(nightly)


def test_a_dynamic_output_in_a_direct_call(dg, fan):
    """A direct call of the op returns its DynamicOutputs, which are equal by value."""
    first, *_ = fan()
    assert (first.value, first.mapping_key, first.output_name) == (0, "a", "result")
    assert dg.DynamicOutput(1, mapping_key="a") == dg.DynamicOutput(1, mapping_key="a")
    assert dg.DynamicOutput(1, mapping_key="a") != dg.DynamicOutput(1, mapping_key="b")


def refused(dg, body):
    """Whether a job of this body is refused when it is declared."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.job(body)


def test_a_dynamic_output_is_mapped_or_collected(dg, fan, double, plus):
    """A dynamic output, or one mapped over it, is not an input as a whole."""
    refused(dg, lambda: double(fan()))
    refused(dg, lambda: double.alias("again")(fan().map(double)))


def test_two_dynamic_outputs_do_not_multiply(dg, fan, plus, total, double):
    """A step is mapped over one dynamic output, and collects none if it is."""
    refused(dg, lambda: fan().map(lambda x: fan.alias("other")().map(lambda y: plus(x, y))))
    refused(dg, lambda: fan().map(lambda x: plus(x, fan.alias("other")().collect())))


def test_a_mapped_step_s_own_dynamic_output(dg, fan, double, total):
    """The dynamic output of a mapped step cannot be mapped or collected in turn."""

    @dg.op(out=dg.DynamicOut())
    def inner(x):
        yield dg.DynamicOutput(x, mapping_key="a")

    refused(dg, lambda: fan().map(lambda x: inner(x).map(double)))
    refused(dg, lambda: fan().map(lambda x: total(inner(x).collect())))


def test_a_list_with_a_mapped_item(dg, fan, double, total):
    """A list of inputs holds no mapped value."""

    @dg.op
    def one():
        return 1

    refused(dg, lambda: fan().map(lambda x: total([x, one()])))


@pytest.mark.parametrize("asked", ["map", "collect"])
def test_one_value_is_not_mapped(dg, differs, double, asked):
    """The output of a plain op is neither mapped nor collected; dagwire's message shows how to declare it."""

    @dg.op
    def one():
        return 1

    def declare():
        @dg.job
        def nightly():
            getattr(one(), asked)(*([double] if asked == "map" else []))

    differs(declare, dagster=AttributeError, dagwire=dg.DagsterInvalidDefinitionError)


@pytest.mark.parametrize(
    "wrong", [3, lambda x: 3, lambda x: [x], lambda x: {"a": x}], ids=["3", "gives 3", "gives a list", "gives a dict"]
)
def test_what_does_not_map(dg, fan, wrong):
    """`map` takes a function that gives back the output of an op, a tuple of them, or nothing."""

    def declare():
        @dg.job
        def nightly():
            fan().map(wrong)

    with pytest.raises(Exception, match=r"(?i)callable|map function|mapped by"):
        declare()
