"""`configured`: a definition that has its config, or makes it from other config."""

import pytest


@pytest.fixture
def count(dg):
    """An op of two fields, one with a default."""

    @dg.op(config_schema={"n": int, "m": dg.Field(int, default_value=2)}, description="counts")
    def count(context):
        return context.op_config

    return count


def _run(dg, op, run_config=None):
    """The output of a job of one op."""

    @dg.job
    def running():
        op()

    return running.execute_in_process(run_config=run_config).output_for_node(op.name)


def test_an_op_with_its_config(dg, count):
    """`configured` gives an op a new name and its config; defaults are filled in."""
    five = count.configured({"n": 5}, name="five")
    assert (five.name, five.description, count.name) == ("five", "counts", "count")
    assert _run(dg, five) == {"n": 5, "m": 2}
    assert count.configured({"n": 5}, "six", description="d").description == "d"
    assert dg.configured(count, name="seven")({"n": 7}).name == "seven"


def test_an_op_configured_by_a_function(dg, count):
    """The function takes config of its own schema, and gives the op its name."""

    @dg.configured(count, config_schema={"k": int})
    def one_more(config):
        return {"n": config["k"] + 1}

    assert _run(dg, one_more, {"ops": {"one_more": {"config": {"k": 1}}}}) == {"n": 2, "m": 2}
    for config in ({}, {"k": "x"}, {"z": 1}):
        with pytest.raises(dg.DagsterInvalidConfigError):
            _run(dg, one_more, {"ops": {"one_more": {"config": config}}})


def test_an_op_configured_by_a_scalar(dg, count):
    """The schema of the function may be a scalar, or left out for any config."""
    by_number = dg.configured(count, config_schema=int, name="by_number")(lambda number: {"n": number})
    anything = dg.configured(count, name="anything")(lambda config: {"n": config["z"]})
    assert _run(dg, by_number, {"ops": {"by_number": {"config": 4}}})["n"] == 4
    assert _run(dg, anything, {"ops": {"anything": {"config": {"z": 5}}}})["n"] == 5


def test_an_op_configured_by_config_classes(dg):
    """The function may take one `Config` and return another."""

    class Own(dg.Config):
        n: int
        s: str = "s"

    class Simple(dg.Config):
        k: int = 6

    @dg.op
    def own(context, config: Own):
        return config, context.op_config

    @dg.configured(own)
    def simple(config: Simple):
        return Own(n=config.k)

    assert _run(dg, simple) == (Own(n=6), {"n": 6, "s": "s"})
    assert _run(dg, simple, {"ops": {"simple": {"config": {"k": 9}}}})[0].n == 9
    run_config = dg.RunConfig(ops={"simple": Simple(k=3)})
    assert _run(dg, simple, run_config)[0].n == 3


def test_configured_twice(dg, count):
    """A configured op may be configured again."""

    @dg.configured(count, config_schema={"k": int})
    def one_more(config):
        return {"n": config["k"] + 1}

    assert _run(dg, one_more.configured({"k": 7}, name="eight")) == {"n": 8, "m": 2}


def test_a_configured_op_called_directly(dg, count):
    """A direct call has the config too."""
    assert count.configured({"n": 5}, name="five")(dg.build_op_context()) == {"n": 5, "m": 2}


def test_config_that_does_not_fit_the_op(dg, count):
    """Config that does not fit, from `configured` or from its function, is an invalid config of the run."""
    by_function = dg.configured(count, config_schema={"k": int}, name="by_function")(lambda _: {"n": "x"})
    with pytest.raises(dg.DagsterInvalidConfigError):
        _run(dg, count.configured({"n": "x"}, name="wrong"))
    with pytest.raises(dg.DagsterInvalidConfigError):
        _run(dg, by_function, {"ops": {"by_function": {"config": {"k": 1}}}})


def test_a_function_of_configured_that_fails(dg, count):
    """An exception of the function is reported as such."""

    @dg.configured(count, config_schema={"k": int})
    def failing(config):
        raise ValueError("boom")

    with pytest.raises(dg.DagsterConfigMappingFunctionError):
        _run(dg, failing, {"ops": {"failing": {"config": {"k": 1}}}})


def test_a_resource_s_function_of_configured_that_fails(dg):
    """An exception of the function that configures a resource is reported as that of an op is."""

    @dg.resource(config_schema={"url": str})
    def api(context):
        return context.resource_config["url"]

    @dg.configured(api, config_schema={"host": str})
    def failing(config):
        raise ValueError("boom")

    @dg.op(required_resource_keys={"api"})
    def read(context): ...

    @dg.job(resource_defs={"api": failing})
    def reading():
        read()

    with pytest.raises(dg.DagsterConfigMappingFunctionError) as caught:
        reading.execute_in_process(run_config={"resources": {"api": {"config": {"host": "h"}}}})
    assert isinstance(caught.value.__cause__, ValueError)


def test_an_op_must_be_given_a_name(dg, count):
    """Two ops of one name would be confused, so `configured` needs a name or a function that has one."""
    with pytest.raises(TypeError, match="name"):
        count.configured({"n": 5})
    with pytest.raises(Exception, match=r"name|non-None"):
        dg.configured(count)({"n": 5})


def test_a_graph_with_its_config(dg, count):
    """A graph with a config mapping may be configured; others have no config."""

    @dg.graph(config=dg.ConfigMapping(lambda config: {"count": {"config": {"n": config["q"]}}}, {"q": int}))
    def counting():
        return count()

    @dg.graph
    def plain():
        return count()

    eight = counting.configured({"q": 8}, name="eight")

    @dg.job
    def running():
        eight()

    assert running.execute_in_process().output_for_node("eight.count") == {"n": 8, "m": 2}
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        plain.configured({"q": 8}, name="eight")


def test_an_io_manager_with_its_config(dg, log):
    """An IO manager's definition is configured as a resource's is, by config and by a function."""

    @dg.io_manager(config_schema={"prefix": str})
    def logging_io_manager(context):
        prefix = context.resource_config["prefix"]

        class Manager(dg.IOManager):
            def handle_output(self, context, obj):
                log.append(f"{prefix}{obj}")

            def load_input(self, context):
                raise NotImplementedError

        return Manager()

    @dg.asset(io_manager_key="kept")
    def five():
        return 5

    @dg.configured(logging_io_manager, config_schema={"letter": str})
    def doubled(config):
        return {"prefix": config["letter"] * 2}

    assert dg.materialize([five], resources={"kept": logging_io_manager.configured({"prefix": "p"})}).success
    run_config = {"resources": {"kept": {"config": {"letter": "x"}}}}
    assert dg.materialize([five], resources={"kept": doubled}, run_config=run_config).success
    assert log == ["p5", "xx5"]


# -- better on purpose -------------------------------------------------------------------------------------------------


def test_run_config_over_a_configured_op(dg, count, differs):
    """dagwire merges a run's config over that of `configured`; Dagster ignores it."""
    five = count.configured({"n": 5}, name="five")
    differs(
        lambda: _run(dg, five, {"ops": {"five": {"config": {"m": 9}}}}),
        dagster={"n": 5, "m": 2},
        dagwire={"n": 5, "m": 9},
    )
