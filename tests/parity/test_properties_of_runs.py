"""Properties and small methods of contexts, events and results of a run: each has the value that Dagster's has."""

import pytest


def seen(dg, read):
    """What `read` gives for the context of an asset with a check, in a run of a job with another asset."""
    found = []

    @dg.asset
    def other():
        return 1

    @dg.asset(check_specs=[dg.AssetCheckSpec("c", asset="made")], description="d")
    def made(context: dg.AssetExecutionContext, other):
        found.append(read(context))
        yield dg.Output(other)
        yield dg.AssetCheckResult(passed=True, check_name="c")

    job = dg.define_asset_job("both", [other, made])
    dg.Definitions(assets=[other, made], jobs=[job]).resolve_job_def("both").execute_in_process(
        run_config={"ops": {"made": {}}}, tags={"a": "b"}
    )
    return found[0]


ASSET = {
    "selected_output_names": (lambda _, c: sorted(c.op_execution_context.selected_output_names), ["made_c", "result"]),
    "asset_key_for_output": (lambda _, c: c.asset_key_for_output("result").path, ["made"]),
    "asset_key_for_input": (lambda _, c: c.asset_key_for_input("other").path, ["other"]),
    "output_for_asset_key": (lambda dg, c: c.output_for_asset_key(dg.AssetKey("made")), "result"),
    "AssetExecutionContext.get": (lambda dg, c: dg.AssetExecutionContext.get() is c, True),
    "OpExecutionContext.get": (lambda dg, c: dg.OpExecutionContext.get().run_id == c.run_id, True),
    "op_execution_context": (lambda dg, c: type(c.op_execution_context) is dg.OpExecutionContext, True),
    "dagster_run": (lambda _, c: c.op_execution_context.dagster_run.run_id == c.run_id, True),
    "run_config": (lambda _, c: list(c.run_config), ["ops"]),
    "job_def": (lambda _, c: c.job_def.name, "both"),
    "is_subset": (lambda _, c: c.is_subset, False),
    "op": (lambda _, c: c.op_execution_context.op.name, "made"),
    "node_handle": (lambda _, c: str(c.op_execution_context.node_handle), "made"),
    "path of the node": (lambda _, c: c.op_execution_context.node_handle.path, ["made"]),
    "root of the node": (lambda _, c: c.op_execution_context.node_handle.root.name, "made"),
    "get_step_execution_context": (
        lambda _, c: c.op_execution_context.get_step_execution_context().job_name,
        "both",
    ),
    "describe_op": (lambda _, c: "made" in c.op_execution_context.describe_op(), True),
    "has_events": (lambda _, c: c.op_execution_context.has_events(), False),
    "pdb": (lambda _, c: hasattr(c.pdb, "set_trace"), True),
}


@pytest.mark.parametrize(("read", "expected"), ASSET.values(), ids=ASSET)
def test_properties_of_an_asset_s_context(dg, read, expected):
    """The context of an asset knows its run, its job, its step and its assets."""
    assert seen(dg, lambda context: read(dg, context)) == expected


@pytest.mark.parametrize("kind", ["OpExecutionContext", "AssetExecutionContext"])
def test_no_context_outside_of_a_step(dg, kind):
    """`get` of a context class raises where no step runs."""
    with pytest.raises(dg.DagsterInvariantViolationError, match=r"(?i)context"):
        getattr(dg, kind).get()


def result(dg):
    """The result of a run of two ops, of which the second fails."""

    @dg.op
    def one():
        return 1

    @dg.op
    def fails(one):
        raise ValueError

    @dg.op
    def after(fails):
        return fails

    @dg.job
    def steps():
        after(fails(one()))

    return steps.execute_in_process(raise_on_error=False)


RESULT = {
    "all_node_events": (lambda r: {e.step_key for e in r.all_node_events if e.is_step_failure}, {"fails"}),
    "is_node_untouched": (lambda r: r.is_node_untouched("one"), False),
    "is_engine_event": (lambda r: r.events_for_node("one")[0].is_engine_event, False),
    "is_loaded_input": (lambda r: r.events_for_node("one")[0].is_loaded_input, False),
    "is_expectation_result": (lambda r: r.events_for_node("one")[0].is_expectation_result, False),
    "partition": (lambda r: r.events_for_node("one")[0].partition, None),
    "logging_tags of a step": (lambda r: r.events_for_node("one")[0].logging_tags["step_key"], "one"),
}


@pytest.mark.parametrize(("read", "expected"), RESULT.values(), ids=RESULT)
def test_properties_of_a_result(dg, read, expected):
    """A result and its events know which steps ran."""
    assert read(result(dg)) == expected


def test_the_tags_of_a_node(dg):
    """A step's node has the tags of its op."""
    found = []

    @dg.op(tags={"t": "1"})
    def tagged(context):
        found.append(dict(context.op.tags))

    @dg.job
    def steps():
        tagged()

    steps.execute_in_process()
    assert found == [{"t": "1"}]


def test_a_hook_knows_its_resources(dg):
    """A hook's context lists the keys of its resources; one built by hand knows no op."""
    found = []

    @dg.success_hook(required_resource_keys={"slack"})
    def tell(context):
        found.append(set(context.required_resource_keys))

    @dg.op
    def one():
        return 1

    @dg.job(resource_defs={"slack": dg.ResourceDefinition.hardcoded_resource(1)}, hooks={tell})
    def steps():
        one()

    steps.execute_in_process()
    assert found == [{"slack"}]
    with pytest.raises(dg.DagsterError):
        _ = dg.build_hook_context().op


def yielding(dg, *items):
    """A run of a multi asset of two outputs that yields `items`."""

    @dg.multi_asset(outs={"a": dg.AssetOut(), "b": dg.AssetOut()})
    def both():
        yield from items

    return dg.materialize([both])


def yielding_one(dg, *items):
    """A run of an asset that yields `items`."""

    @dg.asset
    def one():
        yield from items

    return dg.materialize([one])


WRONG_RESULTS = {
    "one output twice": (lambda dg: yielding(dg, dg.Output(1, "a"), dg.Output(2, "a"), dg.Output(3, "b")), "'a'|\"a\""),
    "an output left out": (lambda dg: yielding(dg, dg.Output(1, "a")), "b"),
    "two results of one asset": (lambda dg: yielding_one(dg, dg.Output(1), dg.Output(2)), "one"),
}


@pytest.mark.parametrize(("run", "words"), WRONG_RESULTS.values(), ids=WRONG_RESULTS)
def test_results_that_do_not_fit_the_declaration(dg, run, words):
    """A step that gives an output twice, leaves one out or gives another kind of result fails."""
    with pytest.raises(Exception, match=words):
        run(dg)


def test_the_steps_after_a_failure(dg, differs):
    """A step after a failed one is skipped in dagwire; in Dagster it is untouched."""
    differs(lambda: result(dg).is_node_untouched("after"), dagster=True, dagwire=False)


EITHER = {
    "build_op_context": lambda dg: dg.build_op_context(op_config={"a": 1}, config={"a": 1}),
    "build_op_context, partitions": lambda dg: dg.build_op_context(
        partition_key="a", partition_key_range=dg.PartitionKeyRange("a", "b")
    ),
    "build_output_context": lambda dg: dg.build_output_context(definition_metadata={"a": 1}, metadata={"a": 1}),
}


@pytest.mark.parametrize("build", EITHER.values(), ids=EITHER)
def test_one_of_two_names_of_an_argument(dg, build):
    """A context is not built with an argument under both of its names."""
    with pytest.raises(Exception, match=r"(?i)both|at most one|deprecated"):
        build(dg)


def test_the_provenance_of_an_asset(dg, differs):
    """`get_asset_provenance` is None in dagwire, which keeps no versions of data."""
    read = seen(dg, lambda context: context.get_asset_provenance(dg.AssetKey("made")) is None)
    differs(lambda: read, dagster=False, dagwire=True)
