"""Binding: `Definitions`, `with_resources` and `define_asset_job` give definitions their resources."""

import warnings
from types import ModuleType

import pytest


@pytest.fixture
def read(dg, tracked):
    """An asset that needs the resource `db`."""

    @dg.asset
    def read(db: tracked):
        return db.name

    return read


@pytest.fixture
def twice(dg, tracked):
    """An asset downstream of `read` that needs `db` too."""

    @dg.asset
    def twice(read, db: tracked):
        return read + db.name

    return twice


# -- Definitions -------------------------------------------------------------------------------------------------------


def test_definitions_bind_resources(dg, tracked, read):
    """A job from the definitions has their resources."""
    defs = dg.Definitions(
        assets=[read], jobs=[dg.define_asset_job("all_assets")], resources={"db": tracked(name="defs")}
    )
    assert defs.get_job_def("all_assets").execute_in_process().asset_value("read") == "defs"


def test_the_run_s_resources_win(dg, tracked, read):
    """`execute_in_process(resources=...)` comes before the definitions'."""
    defs = dg.Definitions(
        assets=[read], jobs=[dg.define_asset_job("all_assets")], resources={"db": tracked(name="defs")}
    )
    result = defs.get_job_def("all_assets").execute_in_process(resources={"db": tracked(name="run")})
    assert result.asset_value("read") == "run"


def test_definitions_may_hold_plain_objects(dg):
    """Any object may be a resource of definitions."""

    @dg.asset
    def read(clock: dg.ResourceParam[int]):
        return clock

    defs = dg.Definitions(assets=[read], jobs=[dg.define_asset_job("all_assets")], resources={"clock": 12})
    assert defs.get_job_def("all_assets").execute_in_process().asset_value("read") == 12


def test_declaring_definitions_checks_nothing(dg, read):
    """A missing resource does not raise at declaration."""
    assert dg.Definitions(assets=[read]) is not None


def test_resolving_a_job_finds_a_missing_resource(dg, read):
    """`get_job_def` raises when a resource of the job is missing, and names its key."""
    defs = dg.Definitions(assets=[read], jobs=[dg.define_asset_job("all_assets")])
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="db"):
        defs.get_job_def("all_assets")


def test_validating_definitions_finds_a_missing_resource(dg, read):
    """`Definitions.validate_loadable` raises when a resource is missing, and names its key."""
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="db"):
        dg.Definitions.validate_loadable(dg.Definitions(assets=[read]))


def test_validating_good_definitions_is_silent(dg, tracked, read):
    """`Definitions.validate_loadable` returns if nothing is missing."""
    dg.Definitions.validate_loadable(dg.Definitions(assets=[read], resources={"db": tracked()}))


def test_validating_opens_nothing(dg, tracked, read, log):
    """`Definitions.validate_loadable` opens no resource."""
    dg.Definitions.validate_loadable(dg.Definitions(assets=[read], resources={"db": tracked()}))
    assert log == []


def test_an_unknown_job_raises(dg):
    """`get_job_def` of an unknown name raises and names it."""
    with pytest.raises(dg.DagsterInvariantViolationError, match="nope"):
        dg.Definitions().get_job_def("nope")


def test_resolve_job_def_is_the_newer_name(dg, tracked, read):
    """`resolve_job_def` and `get_job_def` return equal jobs."""
    defs = dg.Definitions(assets=[read], jobs=[dg.define_asset_job("all_assets")], resources={"db": tracked()})
    assert defs.resolve_job_def("all_assets").name == "all_assets"


def test_an_asset_by_key(dg, read, tracked):
    """`resolve_assets_def` finds an asset by its name or its key."""
    defs = dg.Definitions(assets=[read], resources={"db": tracked()})
    assert defs.resolve_assets_def("read").key == read.key
    assert defs.resolve_assets_def(dg.AssetKey("read")).key == read.key


def test_merging(dg, tracked, read):
    """`Definitions.merge` joins assets and resources."""
    merged = dg.Definitions.merge(
        dg.Definitions(assets=[read], jobs=[dg.define_asset_job("all_assets")]),
        dg.Definitions(resources={"db": tracked(name="merged")}),
    )
    assert merged.get_job_def("all_assets").execute_in_process().asset_value("read") == "merged"


# -- define_asset_job --------------------------------------------------------------------------------------------------


def test_an_asset_job_selects(dg, tracked, read, twice):
    """An asset job runs its selection in dependency order; without a selection it runs everything."""
    defs = dg.Definitions(
        assets=[twice, read],
        jobs=[dg.define_asset_job("one", selection=[read]), dg.define_asset_job("everything")],
        resources={"db": tracked(name="n")},
    )

    def made(name):
        result = defs.get_job_def(name).execute_in_process()
        return [event.asset_key.to_user_string() for event in result.get_asset_materialization_events()]

    assert made("one") == ["read"]
    assert made("everything") == ["read", "twice"]


def test_an_asset_job_s_tags_and_description(dg, read, tracked):
    """An asset job keeps its tags and description; its runs have the tags."""
    job = dg.define_asset_job("nightly", tags={"team": "a"}, description="At night.")
    bound = dg.Definitions(assets=[read], jobs=[job], resources={"db": tracked()}).get_job_def("nightly")
    assert (bound.name, bound.description) == ("nightly", "At night.")
    assert bound.execute_in_process().dagster_run.tags["team"] == "a"


def test_an_asset_job_s_config(dg):
    """`define_asset_job(config=...)` is the run config of its runs."""

    class Load(dg.Config):
        limit: int = 3

    @dg.asset
    def read(config: Load):
        return config.limit

    job = dg.define_asset_job("nightly", config=dg.RunConfig(ops={"read": Load(limit=5)}))
    assert (
        dg.Definitions(assets=[read], jobs=[job]).get_job_def("nightly").execute_in_process().asset_value("read") == 5
    )


def test_an_asset_job_of_unknown_assets_is_refused(dg, read, tracked):
    """An asset job that selects an unknown asset is refused when it is resolved."""
    defs = dg.Definitions(
        assets=[read], jobs=[dg.define_asset_job("nightly", selection="nope")], resources={"db": tracked()}
    )
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        defs.get_job_def("nightly")


# -- materialize -------------------------------------------------------------------------------------------------------


def test_a_missing_resource_stops_a_run(dg, tracked, read, log):
    """A missing resource raises before anything opens, with and without `raise_on_error`."""

    @dg.asset
    def other(store: tracked):
        pass

    for raise_on_error in (True, False):
        with pytest.raises(dg.DagsterInvalidDefinitionError, match="db"):
            dg.materialize([read, other], resources={"store": tracked()}, raise_on_error=raise_on_error)
    assert log == []


def test_a_missing_resource_of_what_is_not_selected(dg, tracked, read):
    """A run does not need the resources of assets that are not selected."""

    @dg.asset
    def alone():
        return 1

    defs = dg.Definitions(assets=[alone], jobs=[dg.define_asset_job("one", selection=[alone])])
    assert defs.get_job_def("one").execute_in_process().success


def test_resources_nobody_asks_for_are_accepted(dg):
    """`materialize` accepts resources that no asset asks for."""

    @dg.asset
    def alone():
        return 1

    assert dg.materialize([alone], resources={"db": 1}).success


def test_an_asset_s_own_resources(dg):
    """`@asset(resource_defs=...)` binds at declaration."""

    @dg.asset(resource_defs={"clock": dg.ResourceDefinition.hardcoded_resource(12)}, required_resource_keys={"clock"})
    def read(context):
        return context.resources.clock

    assert dg.materialize([read]).asset_value("read") == 12


# -- with_resources ----------------------------------------------------------------------------------------------------


def test_with_resources_binds_copies(dg, tracked, read, twice):
    """`with_resources` returns copies that run by themselves; the originals do not change."""
    bound = dg.with_resources([read, twice], {"db": tracked(name="w")})
    assert dg.materialize(bound).asset_value("twice") == "ww"
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.materialize([read])


def test_with_resources_leaves_extra_keys(dg, tracked, read):
    """`with_resources` ignores keys that no definition asks for."""
    [bound] = dg.with_resources([read], {"db": tracked(name="w"), "other": 1})
    assert dg.materialize([bound]).asset_value("read") == "w"


def test_with_resources_wants_all(dg, read):
    """`with_resources` refuses at once to leave a key missing."""
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="db"):
        dg.with_resources([read], {})


def test_with_resources_and_config(dg, tracked, read):
    """`resource_config_by_key` configures what is left to launch."""
    bound = dg.with_resources(
        [read], {"db": tracked.configure_at_launch()}, resource_config_by_key={"db": {"config": {"name": "late"}}}
    )
    assert dg.materialize(bound).asset_value("read") == "late"


def test_assets_of_the_current_module(dg):
    """`load_assets_from_current_module` returns the assets that the calling module defines."""
    assert list(dg.load_assets_from_current_module()) == []


@pytest.mark.parametrize("entry", [{"confg": {"name": "late"}}, {"name": "late"}, {}, 5])
def test_with_resources_and_config_of_another_form(dg, read, tracked, entry):
    """`resource_config_by_key` whose entry is not `{"config": ...}` is refused."""
    with pytest.raises(dg.DagsterInvalidInvocationError, match="'db'"):
        dg.with_resources([read], {"db": tracked()}, resource_config_by_key={"db": entry})


def test_definitions_of_a_function(dg, read, tracked):
    """`@definitions` makes definitions when they are loaded."""

    @dg.definitions
    def defs():
        return dg.Definitions(assets=[read], resources={"db": tracked()})

    assert defs().get_assets_def("read") is not None


def test_definitions_are_made_anew(dg):
    """The loader calls a function under `@definitions`; each call makes new definitions, and importing makes none."""
    made = []

    @dg.definitions
    def defs():
        made.append(1)
        return dg.Definitions()

    assert made == []
    assert isinstance(defs(), dg.Definitions)
    assert defs() is not defs()
    assert len(made) == 3


def test_a_function_that_makes_no_definitions(dg):
    """A function that returns something else is refused when it is called."""

    @dg.definitions
    def defs():
        return 5

    with pytest.raises(dg.DagsterInvariantViolationError, match="Definitions"):
        defs()


def test_definitions_of_a_function_with_parameters(dg):
    """A function that takes parameters is refused."""
    with pytest.raises(dg.DagsterInvariantViolationError):

        @dg.definitions
        def defs(one, two):
            return dg.Definitions()


@pytest.fixture
def module(dg):
    """A module that has one of each, and a list."""
    found = ModuleType("found")

    @dg.asset
    def one():
        return 1

    @dg.asset_check(asset=one)
    def good():
        return dg.AssetCheckResult(passed=True)

    job = dg.define_asset_job("all_assets", "*")

    @dg.schedule(cron_schedule="@daily", job=job)
    def daily():
        return {}

    @dg.sensor(job=job)
    def watching():
        return None

    found.one, found.good, found.job, found.daily, found.watching = one, good, job, daily, watching
    found.others = [dg.AssetSpec("other")]
    found.source = dg.SourceAsset("source")
    found.again = one
    found.number = 5
    return found


def test_definitions_of_a_module(dg, module):
    """`load_definitions_from_module` gathers assets, checks, jobs, schedules and sensors; resources are passed."""
    defs = dg.load_definitions_from_module(module, resources={"db": 1})
    assert {asset.key.to_user_string() for asset in defs.assets} == {"one", "other", "source"}
    assert [check.check_key.name for check in defs.asset_checks] == ["good"]
    assert [job.name for job in defs.jobs] == ["all_assets"]
    assert [schedule.name for schedule in defs.schedules] == ["daily"]
    assert [sensor.name for sensor in defs.sensors] == ["watching"]


def test_definitions_of_the_current_module(dg):
    """`load_definitions_from_current_module` gathers the definitions of the calling module."""
    defs = dg.load_definitions_from_current_module(resources={"db": 1})
    assert isinstance(defs, dg.Definitions)
    assert [asset.key.path for asset in defs.assets] == []


def test_assets_in_lists(dg, module):
    """`load_assets_from_modules` finds assets in a list, and specs only with `include_specs`."""
    module.many = [dg.asset(name="listed")(lambda: 1)]
    found = dg.load_assets_from_modules([module])
    assert {asset.key.to_user_string() for asset in found} == {"one", "listed", "source"}
    found = dg.load_assets_from_modules([module], include_specs=True)
    assert {asset.key.to_user_string() for asset in found} == {"one", "listed", "source", "other"}


def test_merging_everything(dg, read, tracked):
    """`Definitions.merge` joins definitions of every kind and resources; an object in several is kept once."""

    @dg.asset_check(asset="read")
    def good():
        return dg.AssetCheckResult(passed=True)

    job = dg.define_asset_job("all_assets")

    @dg.schedule(cron_schedule="@daily", job=job)
    def daily():
        return {}

    @dg.sensor(job=job)
    def watching():
        return None

    db = tracked()
    merged = dg.Definitions.merge(
        dg.Definitions(assets=[read], asset_checks=[good], resources={"db": db}),
        dg.Definitions(jobs=[job], schedules=[daily], sensors=[watching], resources={"db": db}),
    )
    assert (list(merged.assets), list(merged.asset_checks), list(merged.jobs)) == ([read], [good], [job])
    assert (list(merged.schedules), list(merged.sensors)) == ([daily], [watching])
    merged.get_job_def("all_assets").execute_in_process()


def test_merging_different_resources(dg):
    """`merge` refuses two different resources under one key, and accepts equal ones."""
    same = dg.Definitions.merge(dg.Definitions(resources={"n": 5}), dg.Definitions(resources={"n": 5}))
    assert isinstance(same, dg.Definitions)
    with pytest.raises(dg.DagsterInvariantViolationError, match="'n'"):
        dg.Definitions.merge(dg.Definitions(resources={"n": 5}), dg.Definitions(resources={"n": 6}))


@pytest.fixture
def chain(dg):
    """Resource definitions that require one another: `first` requires `second`, which requires `third`."""

    @dg.resource(required_resource_keys={"second"})
    def first(context):
        return f"first over {context.resources.second}"

    @dg.resource(required_resource_keys={"third"})
    def second(context):
        return f"second over {context.resources.third}"

    return {"first": first, "second": second, "third": dg.ResourceDefinition.hardcoded_resource("third")}


@pytest.fixture
def reads_first(dg):
    """An asset of the resource `first`."""

    @dg.asset(required_resource_keys={"first"})
    def reads_first(context):
        return context.resources.first

    return reads_first


def test_what_a_bound_resource_requires_is_bound_too(dg, chain, reads_first):
    """`with_resources` binds the resources that a bound resource requires, and those that these require."""
    [bound] = dg.with_resources([reads_first], chain)
    assert dg.materialize([bound]).output_for_node("reads_first") == "first over second over third"


def test_keys_of_resource_defs_are_on_the_context(dg):
    """The keys of `resource_defs=` are required: the context of an asset, a multi asset or a check has them."""
    own = {"word": dg.ResourceDefinition.hardcoded_resource("own")}

    @dg.asset(resource_defs=own)
    def one(context):
        return context.resources.word

    @dg.multi_asset(specs=[dg.AssetSpec("many")], resource_defs=own)
    def several(context):
        yield dg.MaterializeResult("many", metadata={"word": context.resources.word})

    @dg.asset_check(asset=one, resource_defs=own)
    def checked(context):
        return dg.AssetCheckResult(passed=context.resources.word == "own")

    assert one.required_resource_keys >= {"word"}
    result = dg.materialize([one, several, checked])
    assert result.output_for_node("one") == "own"
    assert result.get_asset_check_evaluations()[0].passed


def test_a_bound_resource_may_require_what_is_bound_later(dg, chain):
    """A resource of `resource_defs=` may require keys that `with_resources` gives; those it lacks are refused."""
    third = chain.pop("third")

    @dg.asset(resource_defs=chain)
    def read(context):
        return context.resources.first

    with pytest.raises(dg.DagsterInvalidDefinitionError, match="'third'"):
        dg.with_resources([read], {})
    assert dg.materialize(dg.with_resources([read], {"third": third})).output_for_node("read").endswith("third")


def test_with_resources_wants_what_resources_require(dg, chain, reads_first):
    """`with_resources` refuses at once to leave a key missing that a bound resource requires; IO managers' keys too."""

    @dg.io_manager(required_resource_keys={"third"})
    def kept(context):
        return dg.InMemoryIOManager()

    third = chain.pop("third")
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="'third'"):
        dg.with_resources([reads_first], chain)
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="'third'"):
        dg.with_resources([reads_first], {"first": third, "io_manager": kept})


def test_with_resources_refuses_a_cycle(dg, chain, reads_first):
    """`with_resources` refuses at once resources that require one another in a cycle."""
    chain["third"] = dg.ResourceDefinition(lambda _context: 1, required_resource_keys={"first"})
    with pytest.raises(dg.DagsterInvariantViolationError, match=r"third|first"):
        dg.with_resources([reads_first], chain)


def test_run_config_reaches_a_bound_resource(dg, tracked, read):
    """The run config of a key configures the resource that is bound to it."""
    run_config = {"resources": {"db": {"config": {"name": "run"}}}}
    bound = dg.with_resources([read], {"db": tracked.configure_at_launch()})
    assert dg.materialize(bound, run_config=run_config).output_for_node("read") == "run"
    with pytest.raises(dg.DagsterInvalidConfigError, match="bd"):
        dg.materialize(bound, run_config={"resources": {**run_config["resources"], "bd": {"config": {}}}})


def test_a_nested_late_resource_is_bound_too(dg, tracked):
    """A nested resource that is left to launch takes the run config of the key that is bound beside it."""

    class Store(dg.ConfigurableResource):
        db: tracked

    @dg.asset
    def read(store: Store):
        return store.db.name

    late = tracked.configure_at_launch()
    bound = dg.with_resources([read], {"store": Store(db=late), "db": late})
    run_config = {"resources": {"db": {"config": {"name": "run"}}}}
    assert dg.materialize(bound, run_config=run_config).output_for_node("read") == "run"


@pytest.mark.parametrize("config", [{"name": ["a"]}, {"nom": "late"}], ids=["type", "field"])
def test_config_of_a_bound_resource_is_checked_at_once(dg, tracked, read, config):
    """`with_resources` refuses config that does not fit its resource."""
    with pytest.raises(dg.DagsterInvalidConfigError, match=r"nom|name"):
        dg.with_resources([read], {"db": tracked.configure_at_launch()}, {"db": {"config": config}})


def test_a_direct_call_sees_what_is_bound(dg, chain, reads_first, set_up_class):
    """A direct call of a bound definition has its resources, by parameter and on the context."""

    @dg.asset
    def read(db: set_up_class):
        return db.is_open

    [bound] = dg.with_resources([read], {"db": set_up_class()})
    assert bound() is True
    assert bound(db=set_up_class()) is True
    [bound] = dg.with_resources([reads_first], chain)
    assert bound(dg.build_asset_context()) == "first over second over third"


def test_a_bound_resource_is_closed_after_a_direct_call(dg, tracked, log):
    """A direct call opens what is bound to a parameter, and closes it."""

    @dg.asset
    def read(db: tracked):
        return db.is_open

    [bound] = dg.with_resources([read], {"db": tracked()})
    assert bound() is True
    assert log == ["open db", "close db"]


def test_a_bound_resource_on_a_context_by_hand(dg, tracked, log):
    """A resource bound to a key is opened for a context by hand, and closed when its `with` block ends."""

    @dg.asset(required_resource_keys={"db"})
    def read(context):
        log.append("read")

    [bound] = dg.with_resources([read], {"db": tracked()})
    with dg.build_asset_context() as context:
        bound(context)
    assert log == ["open db", "read", "close db"]


def test_a_bound_key_in_a_context_too(dg, reads_first):
    """A direct call refuses a resource that is bound and in its context as well."""
    [bound] = dg.with_resources([reads_first], {"first": 1})
    with pytest.raises(dg.DagsterInvalidInvocationError, match="first"):
        bound(dg.build_asset_context(resources={"first": 2}))


# -- better on purpose -------------------------------------------------------------------------------------------------


def test_with_resources_and_config_for_what_is_not_given(dg, read, tracked, recwarn):
    """dagwire warns of config for an unknown key, and names the nearest; Dagster drops it silently."""
    config = {"dbb": {"config": {"name": "late"}}}
    warnings.simplefilter("always")
    for entry in (config, {"dbb": 3}):
        assert len(dg.with_resources([read], {"db": tracked()}, resource_config_by_key=entry)) == 1
    shown = [str(warning.message) for warning in recwarn if "'db'" in str(warning.message)]
    assert len(shown) == {"dagster": 0, "dagwire": 2}[dg.__name__]


def test_with_resources_overrides_definitions(dg, tracked, read, differs):
    """dagwire lets bound definitions keep their own resource; Dagster reports a conflict."""

    def use():
        defs = dg.Definitions(
            assets=dg.with_resources([read], {"db": tracked(name="w")}),
            jobs=[dg.define_asset_job("all_assets")],
            resources={"db": tracked(name="defs")},
        )
        return defs.get_job_def("all_assets").execute_in_process().asset_value("read")

    differs(use, dagster=dg.DagsterInvalidInvocationError, dagwire="w")


def test_the_run_s_resources_win_over_with_resources(dg, tracked, read, differs):
    """dagwire prefers the resources of the run to those that are bound; Dagster reports a conflict."""
    bound = dg.with_resources([read], {"db": tracked(name="w")})
    differs(
        lambda: dg.materialize(bound, resources={"db": tracked(name="run")}).asset_value("read"),
        dagster=dg.DagsterInvalidInvocationError,
        dagwire="run",
    )


def test_with_resources_twice(dg, tracked, read, differs):
    """dagwire lets a second binding replace the first; Dagster reports a conflict."""

    def use():
        once = dg.with_resources([read], {"db": tracked(name="once")})
        return dg.materialize(dg.with_resources(once, {"db": tracked(name="again")})).asset_value("read")

    differs(use, dagster=dg.DagsterInvalidInvocationError, dagwire="again")


def test_with_resources_differently_in_one_run(dg, tracked, read, twice, differs):
    """dagwire runs two assets that are bound to different objects under one key; Dagster refuses."""

    def use():
        assets = [
            *dg.with_resources([read], {"db": tracked(name="left")}),
            *dg.with_resources([twice], {"db": tracked(name="right")}),
        ]
        return dg.materialize(assets).asset_value("twice")

    differs(use, dagster=dg.DagsterInvalidDefinitionError, dagwire="leftright")


def test_all_missing_resources_are_named_at_once(dg, tracked):
    """dagwire's one error names every missing key; Dagster's the first."""

    @dg.asset
    def read(db: tracked, store: tracked):
        pass

    with pytest.raises(dg.DagsterInvalidDefinitionError) as caught:
        dg.materialize([read])
    named = {key for key in ("db", "store") if f"'{key}'" in str(caught.value)}
    assert len(named) == {"dagster": 1, "dagwire": 2}[dg.__name__]


def test_a_run_s_config_is_merged_over_that_of_a_binding(dg, differs, tracked, read):
    """dagwire merges a run's config over `resource_config_by_key`; Dagster ignores it."""
    bound = dg.with_resources([read], {"db": tracked.configure_at_launch()}, {"db": {"config": {"name": "bound"}}})
    run_config = {"resources": {"db": {"config": {"name": "run"}}}}
    differs(
        lambda: dg.materialize(bound, run_config=run_config).output_for_node("read"), dagster="bound", dagwire="run"
    )
