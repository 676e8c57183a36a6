"""Definitions: the parts of `Definitions`, their views as a graph and a repository, and what is refused."""

import logging

import pytest


@pytest.fixture
def raw(dg):
    """An asset in a group."""

    @dg.asset(group_name="first")
    def raw():
        return 1

    return raw


@pytest.fixture
def total(dg):
    """An asset downstream of `raw`, with a resource."""

    @dg.asset(required_resource_keys={"factor"})
    def total(context, raw):
        return raw * context.resources.factor

    return total


@pytest.fixture
def is_one(dg):
    """A check of `raw`."""

    @dg.asset_check(asset="raw")
    def is_one():
        return dg.AssetCheckResult(passed=True)

    return is_one


@pytest.fixture
def acting(dg):
    """A job of one op, which needs a resource."""

    @dg.op(required_resource_keys={"factor"})
    def act(context):
        return context.resources.factor

    @dg.job
    def acting():
        act()

    return acting


@pytest.fixture
def defs(dg, raw, total, is_one, acting):
    """Definitions with one or more of each kind."""
    daily = dg.ScheduleDefinition(job=acting, cron_schedule="@daily")
    totals = dg.ScheduleDefinition("totals", target=[raw, total], cron_schedule="@daily")
    watching = dg.SensorDefinition("watching", evaluation_fn=lambda context: None, job=acting)
    return dg.Definitions(
        assets=[raw, total, dg.AssetSpec("made_elsewhere", group_name="second")],
        asset_checks=[is_one],
        jobs=[dg.define_asset_job("raws", [raw])],
        schedules=[daily, totals],
        sensors=[watching],
        resources={"factor": 3},
        metadata={"team": "air"},
    )


def names(definitions):
    """The names of definitions, sorted."""
    return sorted(definition.name for definition in definitions)


# -- parts -------------------------------------------------------------------------------------------------------------


def test_arguments_of_definitions_by_place(dg, raw, acting):
    """Assets, schedules, sensors, jobs, resources and executor go by their places."""
    daily = dg.ScheduleDefinition(job=acting, cron_schedule="@daily")
    watching = dg.SensorDefinition("watching", evaluation_fn=lambda context: None, job=acting)
    resources = {"factor": 1}
    defs = dg.Definitions([raw], [daily], [watching], [acting], resources, dg.in_process_executor)
    assert (defs.resources, defs.executor) == (resources, dg.in_process_executor)
    assert names([*defs.schedules, *defs.sensors, *defs.jobs]) == ["acting", "acting_schedule", "watching"]


def test_metadata_of_definitions(defs, dg):
    """Metadata of definitions are kept in their kinds, and merged by name."""
    assert defs.metadata["team"].value == "air"
    merged = dg.Definitions.merge(defs, dg.Definitions(metadata={"team": "sea", "n": 1}))
    assert {name: value.value for name, value in merged.metadata.items()} == {"team": "sea", "n": 1}


@pytest.mark.parametrize(
    "wrong",
    [
        {"assets": ["raw"]},
        {"assets": 5},
        {"jobs": ["acting"]},
        {"schedules": [5]},
        {"sensors": ["watching"]},
        {"executor": 5},
        {"loggers": {1: 2}},
    ],
    ids=repr,
)
def test_wrong_kinds_are_refused_at_once(dg, wrong):
    """A definition of a wrong kind is refused when `Definitions` is made."""
    with pytest.raises(Exception):  # noqa: B017, PT011  # a CheckError in Dagster, which is not public
        dg.Definitions(**wrong)


def test_one_asset_in_place_of_a_list(dg, raw, acting):
    """A single asset or job is refused in place of a list."""
    for wrong in ({"assets": raw}, {"jobs": acting}):
        with pytest.raises(Exception):  # noqa: B017, PT011  # a CheckError in Dagster, which is not public
            dg.Definitions(**wrong)


def test_a_check_among_the_assets(dg, raw, is_one):
    """A check may be listed among the assets."""
    result = dg.Definitions(assets=[raw, is_one]).resolve_implicit_global_asset_job_def().execute_in_process()
    assert [evaluation.check_name for evaluation in result.get_asset_check_evaluations()] == ["is_one"]


@pytest.mark.parametrize("kinds", ["schedules", "sensors", "both"])
def test_two_ticks_of_one_name(dg, acting, kinds):
    """Schedules and sensors share their names: two of one name are refused; one that is given twice is one."""
    daily = [dg.ScheduleDefinition("same", job=acting, cron_schedule="@daily") for _ in range(2)]
    watching = [dg.SensorDefinition("same", evaluation_fn=lambda context: None, job=acting) for _ in range(2)]
    given = {
        "schedules": {"schedules": daily},
        "sensors": {"sensors": watching},
        "both": {"schedules": daily[:1], "sensors": watching[:1]},
    }[kinds]
    resources = {"factor": 1}
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="same"):
        dg.Definitions.validate_loadable(dg.Definitions(jobs=[acting], resources=resources, **given))
    once = dg.Definitions(jobs=[acting], resources=resources, schedules=[daily[0], daily[0]])
    dg.Definitions.validate_loadable(once)


def test_two_checks_of_one_key(dg, raw, is_one):
    """Two checks of one asset and name are refused."""

    @dg.asset_check(asset="raw", name="is_one")
    def again():
        return dg.AssetCheckResult(passed=True)

    with pytest.raises(dg.DagsterInvalidDefinitionError, match="is_one"):
        dg.Definitions.validate_loadable(dg.Definitions(assets=[raw], asset_checks=[is_one, again]))


def test_the_name_of_the_job_of_all_assets(dg):
    """No other job may have the name of the job of all assets."""

    @dg.job(name="__ASSET_JOB")
    def reserved():
        pass

    with pytest.raises(dg.DagsterInvalidDefinitionError, match="__ASSET_JOB"):
        dg.Definitions.validate_loadable(dg.Definitions(jobs=[reserved]))


# -- jobs, schedules and sensors ---------------------------------------------------------------------------------------


def test_all_jobs_of_definitions(dg, defs):
    """All jobs are those that were given, those of schedules and sensors, and that of all assets."""
    assert names(defs.resolve_all_job_defs()) == ["__ASSET_JOB", "__anonymous_asset_job_totals", "acting", "raws"]
    assert defs.has_implicit_global_asset_job_def()
    assert not dg.Definitions().has_implicit_global_asset_job_def()


def test_the_job_of_a_schedule_has_the_resources(defs):
    """The job of a schedule or sensor is bound to the definitions' resources."""
    for tick in (defs.resolve_schedule_def("acting_schedule"), defs.resolve_sensor_def("watching")):
        assert tick.job.execute_in_process().output_for_node("act") == 3


def test_a_schedule_s_job_that_lacks_a_resource(dg, acting):
    """`validate_loadable` finds a resource that the job of a schedule or sensor lacks."""
    daily = dg.ScheduleDefinition(job=acting, cron_schedule="@daily")
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="factor"):
        dg.Definitions.validate_loadable(dg.Definitions(schedules=[daily]))


def test_the_resolved_job_of_a_schedule_of_assets(defs, differs):
    """dagwire resolves the asset job of a schedule, so that a test can run it; Dagster leaves it unresolved."""
    job = defs.resolve_schedule_def("totals").job
    differs(lambda: hasattr(job, "execute_in_process"), dagster=False, dagwire=True)


def test_the_executor_of_a_job(dg, raw):
    """A job without an executor has that of the definitions."""

    @dg.op
    def act():
        pass

    @dg.job(executor_def=dg.in_process_executor)
    def own():
        act()

    defs = dg.Definitions(
        assets=[raw], jobs=[own, dg.define_asset_job("raws", [raw])], executor=dg.multiprocess_executor
    )
    assert defs.resolve_job_def("own").executor_def is dg.in_process_executor
    assert defs.resolve_job_def("raws").executor_def is dg.multiprocess_executor


# -- views -------------------------------------------------------------------------------------------------------------


def test_definitions_as_a_repository(dg, defs, raw):
    """`get_repository_def` has jobs, schedules, sensors and assets by name and key."""
    repository = defs.get_repository_def()
    assert repository.name == "__repository__"
    assert set(repository.job_names) == {"__ASSET_JOB", "__anonymous_asset_job_totals", "acting", "raws"}
    assert repository.has_job("raws")
    assert not repository.has_job("nothing")
    assert repository.get_job("raws").name == "raws"
    assert names(repository.get_all_jobs()) == sorted(repository.job_names)
    assert repository.get_implicit_global_asset_job_def().name == "__ASSET_JOB"
    assert names(repository.schedule_defs) == ["acting_schedule", "totals"]
    assert repository.has_schedule_def("totals")
    assert repository.get_schedule_def("totals").name == "totals"
    assert names(repository.sensor_defs) == ["watching"]
    assert repository.has_sensor_def("watching")
    assert repository.get_sensor_def("watching").name == "watching"
    assert set(repository.assets_defs_by_key) >= {dg.AssetKey("raw"), dg.AssetKey("total")}
    assert set(repository.asset_checks_defs_by_key) == {dg.AssetCheckKey(dg.AssetKey("raw"), "is_one")}
    assert set(repository.get_top_level_resources()) == {"factor"}
    assert repository.metadata == defs.metadata


def test_a_repository_of_faulty_definitions(dg, total):
    """`get_repository_def` refuses definitions with faults."""
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="factor"):
        dg.Definitions(assets=[total, dg.SourceAsset("raw")]).get_repository_def()


def test_the_graph_of_definitions(dg, defs):
    """`resolve_asset_graph` knows which assets are made here, and which come before and after one."""
    graph = defs.resolve_asset_graph()
    raw, total, elsewhere = map(dg.AssetKey, ["raw", "total", "made_elsewhere"])
    assert set(graph.get_all_asset_keys()) == {raw, total, elsewhere}
    assert set(graph.materializable_asset_keys) == {raw, total}
    assert set(graph.external_asset_keys) == {elsewhere}
    assert (set(graph.get(raw).child_keys), set(graph.get(total).parent_keys)) == ({total}, {raw})
    assert (graph.get(raw).group_name, graph.get(elsewhere).group_name) == ("first", "second")
    assert graph.get(elsewhere).is_external
    assert set(graph.all_group_names) == {"first", "default", "second"}
    assert set(graph.asset_keys_for_group("first")) == {raw}
    order = list(graph.toposorted_asset_keys)
    assert order.index(raw) < order.index(total)
    assert set(graph.asset_check_keys) == {dg.AssetCheckKey(raw, "is_one")}
    assert graph.assets_def_for_key(raw).key == raw
    assert graph.has(raw)
    assert not graph.has(dg.AssetKey("nothing"))


def test_an_asset_that_is_only_named(dg):
    """An asset that is only named in `deps` is an external one of the graph."""

    @dg.asset(deps=["named"])
    def one():
        return 1

    graph = dg.Definitions(assets=[one]).resolve_asset_graph()
    assert set(graph.external_asset_keys) == {dg.AssetKey("named")}
    assert graph.get(dg.AssetKey("named")).group_name == "default"


# -- specs and values --------------------------------------------------------------------------------------------------


def test_specs_of_definitions_are_mapped(dg, defs):
    """`map_asset_specs` maps every spec, `map_resolved_asset_specs` those of a selection; the rest stays."""
    tagged = defs.map_asset_specs(func=lambda spec: spec.merge_attributes(tags={"team": "air"}))
    assert {spec.tags["team"] for spec in tagged.resolve_all_asset_specs()} == {"air"}
    assert names(tagged.schedules) == names(defs.schedules)
    some = defs.map_resolved_asset_specs(
        func=lambda spec: spec.replace_attributes(description="mapped"), selection="raw"
    )
    described = {spec.key.to_user_string(): spec.description for spec in some.resolve_all_asset_specs()}
    assert described == {"raw": "mapped", "total": None, "made_elsewhere": None}
    assert {spec.description for spec in defs.resolve_all_asset_specs()} == {None}


def test_keys_stay_when_specs_are_mapped(dg, defs):
    """A function that changes a key is refused, and so is a selection of `map_asset_specs`."""
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="key"):
        defs.map_asset_specs(func=lambda spec: spec.replace_attributes(key="other")).resolve_all_asset_specs()
    with pytest.raises(Exception, match="map_resolved_asset_specs"):
        defs.map_asset_specs(func=lambda spec: spec, selection="raw")


def test_a_loader_of_stored_values(dg, raw, tmp_path):
    """`get_asset_value_loader` loads the stored values of assets inside a block."""
    instance = dg.DagsterInstance.ephemeral()
    manager = dg.FilesystemIOManager(base_dir=str(tmp_path))
    defs = dg.Definitions(assets=[raw], resources={"io_manager": manager})
    defs.resolve_implicit_global_asset_job_def().execute_in_process(instance=instance)
    with defs.get_asset_value_loader(instance) as loader:
        assert loader.load_asset_value("raw") == 1
        assert loader.load_asset_value(dg.AssetKey("raw"), python_type=int) == 1


# -- merging -----------------------------------------------------------------------------------------------------------


def test_resources_of_merged_definitions(dg):
    """Merged definitions have the resources of all."""
    merged = dg.Definitions.merge(dg.Definitions(resources={"a": 1}), dg.Definitions(resources={"b": 2, "a": 1}))
    assert merged.resources == {"a": 1, "b": 2}


def test_executors_of_merged_definitions(dg):
    """Two different executors are refused; one and the same is kept."""
    one, other = dg.Definitions(executor=dg.in_process_executor), dg.Definitions(executor=dg.multiprocess_executor)
    assert dg.Definitions.merge(one, dg.Definitions(), one).executor is dg.in_process_executor
    with pytest.raises(dg.DagsterInvariantViolationError, match=r"(?i)executor"):
        dg.Definitions.merge(one, other)


def test_merging_something_else(dg):
    """Only definitions are merged."""
    with pytest.raises(Exception):  # noqa: B017, PT011  # a CheckError in Dagster, which is not public
        dg.Definitions.merge(dg.Definitions(), 5)


@pytest.fixture
def parts(dg):
    """One definition of each kind that a repository lists."""

    @dg.asset
    def answer():
        return 42

    @dg.op
    def one():
        return 1

    @dg.job
    def nightly():
        one()

    @dg.graph
    def composed():
        one()

    @dg.schedule(job=nightly, cron_schedule="* * * * *")
    def rhythm():
        return {}

    @dg.sensor(job=nightly)
    def watch():
        return dg.SkipReason("nothing")

    return {"answer": answer, "nightly": nightly, "composed": composed, "rhythm": rhythm, "watch": watch}


def test_a_repository_of_a_list(dg, parts):
    """`@repository` takes a list of assets, jobs, graphs, schedules and sensors, and lists in it."""

    @dg.repository
    def everything():
        sources = dg.with_resources([parts["answer"]], {})
        return [sources, *list(parts.values())[1:], dg.define_asset_job("assets", "*")]

    assert isinstance(everything, dg.RepositoryDefinition)
    assert everything() is everything
    assert (everything.name, everything.description) == ("everything", None)
    assert sorted(everything.job_names) == ["__ASSET_JOB", "assets", "composed", "nightly"]
    assert everything.get_job("assets").execute_in_process().success
    assert everything.get_schedule_def("rhythm").name == "rhythm"
    assert everything.has_sensor_def("watch")
    assert list(everything.assets_defs_by_key) == [dg.AssetKey("answer")]


def test_a_repository_of_a_dict(dg, parts):
    """`@repository` takes jobs, schedules and sensors by name; a function may stand for what it returns."""

    @dg.repository(name="by_name", description="Some.", metadata={"n": 1})
    def named():
        return {
            "jobs": {"nightly": parts["nightly"], "late": lambda: parts["composed"].to_job(name="late")},
            "schedules": {"rhythm": parts["rhythm"]},
        }

    assert (named.name, named.description, named.metadata["n"].value) == ("by_name", "Some.", 1)
    assert sorted(named.job_names) == ["late", "nightly"]
    assert named.get_job("late").execute_in_process().success
    assert named.has_schedule_def("rhythm")


def test_a_repository_keeps_loggers_and_an_executor(dg, parts):
    """`default_logger_defs` serve jobs without loggers of their own; an executor is taken."""
    lines = []

    @dg.logger
    def keep(init_context):
        kept = logging.Logger("keep")  # noqa: LOG001  # one of its own
        kept.addHandler(
            type("Keep", (logging.Handler,), {"emit": lambda _, record: lines.append(record.getMessage())})()
        )
        return kept

    @dg.repository(default_executor_def=dg.in_process_executor, default_logger_defs={"keep": keep})
    def logged():
        return [parts["nightly"]]

    logged.get_job("nightly").execute_in_process(run_config={"loggers": {"keep": {}}})
    assert any("RUN_SUCCESS" in line for line in lines)


@pytest.mark.parametrize("returned", [3, None, [3], ["x"], {"ops": {}}, [[3]]], ids=str)
def test_a_repository_of_something_else(dg, returned):
    """A repository of anything but definitions is refused as it is made."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.repository(name="odd")(lambda: returned)


# -- what a repository passes on ---------------------------------------------------------------------------------------


@pytest.fixture
def shelf(dg):
    """Definitions of an asset, of a source and of a job, as a repository."""

    @dg.asset(deps=["outside"])
    def inside():
        return 3

    jobs = [dg.define_asset_job("nightly", [inside])]
    defs = dg.Definitions(assets=[inside, dg.SourceAsset("outside")], jobs=jobs)
    return defs.get_repository_def()


PASSED_ON = {
    "has_implicit_global_asset_job_def": (lambda _, it: it.has_implicit_global_asset_job_def(), True),
    "asset_graph": (lambda dg, it: it.asset_graph.has(dg.AssetKey("inside")), True),
    "source_assets_by_key": (lambda _, it: [key.path for key in it.source_assets_by_key], [["outside"]]),
}


@pytest.mark.parametrize(("read", "expected"), PASSED_ON.values(), ids=PASSED_ON)
def test_a_repository_s_views(dg, shelf, read, expected):
    """A repository has the views of its definitions."""
    assert read(dg, shelf) == expected


def test_a_repository_loads_values(dg):
    """`load_asset_value` of a repository, and its loader, give the value that a run has stored."""

    @dg.asset
    def kept():
        return 3

    with dg.instance_for_test() as instance:
        dg.materialize([kept], instance=instance)
        repository = dg.Definitions(assets=[kept]).get_repository_def()
        assert repository.load_asset_value("kept", instance=instance) == 3
        with repository.get_asset_value_loader(instance) as loader:
            assert loader.load_asset_value("kept") == 3


def test_definitions_with_one_logger_name(dg):
    """Two loggers of one name cannot be merged; one logger in both definitions can."""

    @dg.logger
    def first(context):
        raise NotImplementedError

    @dg.logger
    def second(context):
        raise NotImplementedError

    one = dg.Definitions(loggers={"a": first})
    assert set(dg.Definitions.merge(one, dg.Definitions(loggers={"a": first})).loggers) == {"a"}
    with pytest.raises(dg.DagsterInvariantViolationError, match="a"):
        dg.Definitions.merge(one, dg.Definitions(loggers={"a": second}))
