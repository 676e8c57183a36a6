"""Config mapping: `ConfigMapping`, the config of a job or graph, turned into that of its ops."""

import pytest


@pytest.fixture
def load(dg):
    """The config of the op `fetch`."""

    class Load(dg.Config):
        limit: int

    return Load


@pytest.fixture
def fetch(dg, load):
    """An op that returns its config's one field."""

    @dg.op
    def fetch(config: load):
        return config.limit

    return fetch


@pytest.fixture
def size(dg):
    """The config of a job or graph."""

    class Size(dg.Config):
        base: int
        more: int = 4

    return Size


@pytest.fixture
def by_schema(dg):
    """A mapping for a job, its config declared by a schema."""

    @dg.config_mapping(config_schema={"base": int})
    def by_schema(value):
        return {"ops": {"fetch": {"config": {"limit": value["base"]}}}}

    return by_schema


@pytest.fixture
def by_class(dg, size, load):
    """A mapping for a job, its config declared by a `Config`."""

    @dg.config_mapping
    def by_class(value: size):
        return dg.RunConfig(ops={"fetch": load(limit=value.base + value.more)})

    return by_class


@pytest.fixture
def for_graph(dg):
    """A mapping for a graph: it returns the config of the ops alone."""

    @dg.config_mapping(config_schema={"base": int})
    def for_graph(value):
        return {"fetch": {"config": {"limit": value["base"]}}}

    return for_graph


def test_a_job_s_config_is_mapped(dg, fetch, by_schema):
    """The whole run config is what the mapping declares; contexts show it as it was given."""

    @dg.job(config=by_schema)
    def nightly():
        fetch()

    result = nightly.execute_in_process({"base": 5})
    assert result.output_for_node("fetch") == 5
    assert result.dagster_run.run_config == {"base": 5}


@pytest.mark.parametrize(
    "given",
    [None, {}, {"base": "five"}, {"bas": 5}, {"config": {"base": 5}}, {"ops": {"fetch": {"config": {"limit": 4}}}}],
    ids=["nothing", "an empty dict", "a wrong type", "a wrong name", "one level more", "config of the ops"],
)
def test_config_that_does_not_fit_the_mapping(dg, fetch, by_schema, given):
    """Config that the mapping does not declare is refused, config of the ops too."""

    @dg.job(config=by_schema)
    def nightly():
        fetch()

    with pytest.raises(dg.DagsterInvalidConfigError):
        nightly.execute_in_process(given)


def test_a_config_class_for_a_mapping(dg, fetch, by_class):
    """The mapping's parameter may be a `Config`, with defaults; it may return a RunConfig."""

    @dg.job(config=by_class)
    def nightly():
        fetch()

    assert nightly.execute_in_process({"base": 5}).output_for_node("fetch") == 9
    assert nightly.execute_in_process({"base": 5, "more": 1}).output_for_node("fetch") == 6
    with pytest.raises(dg.DagsterInvalidConfigError):
        nightly.execute_in_process({"more": 1})


def test_a_mapping_with_defaults_alone(dg, fetch):
    """A run needs no config if everything has a default."""

    @dg.config_mapping(config_schema={"base": dg.Field(int, default_value=7)})
    def mapping(value):
        return {"ops": {"fetch": {"config": {"limit": value["base"]}}}}

    @dg.graph
    def nightly():
        fetch()

    job = nightly.to_job(config=mapping)
    assert job.execute_in_process().output_for_node("fetch") == 7
    assert job.execute_in_process({"base": 5}).output_for_node("fetch") == 5


def test_a_graph_s_config_is_mapped(dg, fetch, for_graph):
    """Each use of a graph has its own config, under its name."""

    @dg.graph(config=for_graph)
    def inner():
        return fetch()

    @dg.job
    def nightly():
        inner()
        inner.alias("other")()

    config = {"ops": {"inner": {"config": {"base": 5}}, "other": {"config": {"base": 6}}}}
    result = nightly.execute_in_process(config)
    assert (result.output_for_node("inner"), result.output_for_node("other")) == (5, 6)
    for wrong in (
        {"inner": {"config": {"base": 5}}},
        {"inner": {"ops": {"fetch": {"config": {"limit": 3}}}}, "other": {"config": {"base": 6}}},
    ):
        with pytest.raises(dg.DagsterInvalidConfigError):
            nightly.execute_in_process({"ops": wrong})


def test_a_graph_s_config_as_an_object(dg, fetch, size):
    """A RunConfig holds a graph's config under its name."""

    @dg.config_mapping
    def mapping(value: size):
        return {"fetch": {"config": {"limit": value.base + value.more}}}

    @dg.graph(config=mapping)
    def inner():
        return fetch()

    @dg.job
    def nightly():
        inner()

    assert nightly.execute_in_process(dg.RunConfig(ops={"inner": size(base=6)})).output_for_node("inner") == 10


def test_a_graph_s_mapping_that_returns_a_run_config(dg, differs, fetch, size, load):
    """A graph's mapping may return a RunConfig, as a job's may; Dagster takes only a dict there."""

    @dg.config_mapping
    def mapping(value: size):
        return dg.RunConfig(ops={"fetch": load(limit=value.base)})

    @dg.graph(config=mapping)
    def inner():
        return fetch()

    @dg.job
    def nightly():
        inner()

    config = {"ops": {"inner": {"config": {"base": 5}}}}
    differs(
        lambda: nightly.execute_in_process(config).output_for_node("inner"),
        dagster=dg.DagsterInvalidConfigError,
        dagwire=5,
    )


def test_a_mapped_graph_in_a_mapped_graph(dg, fetch, for_graph):
    """An outer mapping gives the config of an inner graph, which maps it on."""

    @dg.graph(config=for_graph)
    def inner():
        return fetch()

    @dg.config_mapping(config_schema={"tens": int})
    def tens(value):
        return {"inner": {"config": {"base": 10 * value["tens"]}}}

    @dg.graph(config=tens)
    def outer():
        return inner()

    @dg.job
    def nightly():
        outer()

    assert nightly.execute_in_process({"ops": {"outer": {"config": {"tens": 2}}}}).output_for_node("outer") == 20


def test_a_job_of_a_mapped_graph(dg, fetch, for_graph):
    """A job made of a mapped graph takes its config under "ops"."""

    @dg.graph(config=for_graph)
    def inner():
        return fetch()

    assert inner.execute_in_process({"ops": {"config": {"base": 5}}}).output_value() == 5
    with pytest.raises(dg.DagsterInvalidConfigError):
        inner.to_job().execute_in_process({"base": 5})


def test_config_of_a_graph_s_ops_once_and_for_all(dg, fetch):
    """`@graph(config={...})` configures its ops."""

    @dg.graph(config={"fetch": {"config": {"limit": 8}}})
    def inner():
        return fetch()

    @dg.job
    def nightly():
        inner()

    assert nightly.execute_in_process().output_for_node("inner") == 8


@pytest.mark.not_carried("Dagster replaces a variable by its value before a mapping gets the config")
def test_config_as_it_was_written(dg, fetch, monkeypatch):
    """`receive_processed_config_values=False` hands over what was written; variables are read otherwise."""
    monkeypatch.setenv("PARITY_NAME", "abcdef")
    seen = []

    def mapping(value):
        seen.append(value["name"])
        return {"ops": {"fetch": {"config": {"limit": 1}}}}

    schema = {"name": dg.StringSource}
    for processed in (True, False):

        @dg.job(config=dg.ConfigMapping(mapping, schema, receive_processed_config_values=processed))
        def nightly():
            fetch()

        nightly.execute_in_process({"name": {"env": "PARITY_NAME"}})
    assert (seen[0], seen[-1]) == ("abcdef", {"env": "PARITY_NAME"})


def test_a_mapping_without_a_schema(dg, fetch):
    """Without a schema anything may be given, and nothing."""
    mapping = dg.ConfigMapping(config_fn=lambda _: {"ops": {"fetch": {"config": {"limit": 9}}}})

    @dg.job(config=mapping)
    def nightly():
        fetch()

    assert nightly.execute_in_process().output_for_node("fetch") == 9
    assert nightly.execute_in_process({"any": 3}).output_for_node("fetch") == 9


def test_a_mapping_that_fails(dg, fetch):
    """An exception of the mapping's function is reported as such, with its cause."""

    @dg.config_mapping(config_schema={"base": int})
    def broken(value):
        raise ValueError(value)

    @dg.job(config=broken)
    def nightly():
        fetch()

    with pytest.raises(dg.DagsterConfigMappingFunctionError) as caught:
        nightly.execute_in_process({"base": 5})
    assert isinstance(caught.value.__cause__, ValueError)


@pytest.mark.parametrize(
    "ops",
    [{"fetch": {"config": {"limit": "many"}}}, {"fetsh": {"config": {"limit": 1}}}, {}],
    ids=["a wrong type", "a wrong name", "nothing"],
)
def test_a_mapping_that_gives_wrong_config(dg, fetch, ops):
    """The config that a mapping returns is checked as a run's is."""

    @dg.config_mapping(config_schema={"base": int})
    def wrong(value):
        return {"ops": ops}

    @dg.job(config=wrong)
    def nightly():
        fetch()

    with pytest.raises(dg.DagsterInvalidConfigError):
        nightly.execute_in_process({"base": 5})


def test_wrong_mappings(dg, size):
    """A mapping takes one parameter, and declares its config once."""

    def none():
        return {}

    def two(value, other: size):
        return {}

    def both(value: size):
        return {}

    for function, arguments in ((none, {}), (two, {}), (both, {"config_schema": {"base": int}})):
        with pytest.raises(Exception, match=r"(?i)config.mapping|Config-annotated"):
            dg.config_mapping(**arguments)(function) if arguments else dg.config_mapping(function)
