"""`Definitions`: finding, binding, merging, and reporting all faults at once."""

import sys
import types

import pytest

import dagwire as dg
from dagwire.errors import (
    DuplicateDefinitionError,
    FaultsError,
    InvalidDefinitionError,
    MissingResourceError,
    UnknownNameError,
)


def _reads(name, key):
    """An asset that reads a resource."""

    def body(context):
        return getattr(context.resources, key)

    return dg.asset(body, name=name, required_resource_keys={key})


@dg.failure_hook(required_resource_keys={"pager"})
def page_someone(context):
    """Use a resource that no step asks for."""
    context.resources.pager(context.step_key)


def test_all_faults_at_once():
    """Missing resources of assets, jobs, hooks, schedules and sensors, and jobs that do not exist, in one error."""

    @dg.op(required_resource_keys={"ops"})
    def step(context):
        pass

    @dg.job(hooks={page_someone})
    def nightly():
        step()

    @dg.sensor(job_name="nowhere", required_resource_keys={"feed"})
    def arrivals(context):
        pass

    defs = dg.Definitions(
        assets=[_reads("rows", "warehouse"), dg.asset(lambda gone: 1, name="x")],
        jobs=[nightly, dg.define_asset_job("some", selection="rowz"), dg.define_asset_job("all_assets")],
        sensors=[arrivals],
        schedules=[dg.ScheduleDefinition("daily", cron_schedule="@daily", job_name="nightly")],
    )
    with pytest.raises(FaultsError) as caught:
        dg.Definitions.validate_loadable(defs)
    told = str(caught.value)
    for named in ("'warehouse'", "'pager'", "'ops'", "'feed'", "'nowhere'", "'rowz'", "'gone'"):
        assert named in told
    assert "hook 'page_someone'" in told


def test_unknown_names_tell_the_nearest():
    """Jobs, schedules, sensors and assets are looked up by name; an unknown name is reported with the nearest."""
    defs = dg.Definitions(assets=[_reads("rows", "db")], jobs=[dg.define_asset_job("nightly")])
    for call in (
        lambda: defs.get_job_def("nightli"),
        lambda: defs.get_assets_def("row"),
        lambda: defs.get_schedule_def("x"),
        lambda: defs.get_sensor_def("x"),
    ):
        with pytest.raises(UnknownNameError):
            call()


def test_two_jobs_of_one_name_are_refused():
    """Two different jobs of one name are refused."""
    defs = dg.Definitions(jobs=[dg.define_asset_job("a"), dg.define_asset_job("a", selection="*")])
    with pytest.raises(DuplicateDefinitionError, match="job 'a'"):
        defs.get_job_def("a")


def test_merging_joins_everything():
    """`merge` joins definitions and resources; an object that is in several is kept once."""
    rows = _reads("rows", "db")
    one = dg.Definitions(assets=[rows], jobs=[dg.define_asset_job("nightly")], resources={"db": 1})
    other = dg.Definitions(assets=[rows, _reads("more", "extra")], resources={"extra": 2})
    result = dg.Definitions.merge(one, other).get_job_def("nightly").execute_in_process()
    assert (result.asset_value("rows"), result.asset_value("more")) == (1, 2)


def test_merging_two_resources_of_one_key_is_refused():
    """Different resources under one key are refused: the key would be ambiguous."""
    with pytest.raises(InvalidDefinitionError, match="'db'"):
        dg.Definitions.merge(dg.Definitions(resources={"db": 1}), dg.Definitions(resources={"db": 2}))


def test_a_job_of_assets_that_cannot_be_made_alone():
    """Part of a multi asset without `can_subset` cannot be selected; the error names the part that is left out."""

    @dg.multi_asset(specs=[dg.AssetSpec("a"), dg.AssetSpec("b")])
    def both():
        pass

    defs = dg.Definitions(assets=[both], jobs=[dg.define_asset_job("some", selection="a")])
    with pytest.raises(InvalidDefinitionError, match="b are not selected"):
        defs.get_job_def("some")


def test_what_strengthens_a_resource():
    """The run's own wins over `override`, that over `with_resources`, that over the job's, that over `Definitions`'."""

    @dg.op(required_resource_keys={"db"})
    def read(context):
        return context.resources.db

    def value(step, **run):
        job = dg.job(name="nightly", resource_defs={"db": "job"})(lambda: step() and None)
        bound = dg.Definitions(jobs=[job], resources={"db": "definitions"}).get_job_def("nightly")
        return bound.execute_in_process(**run).output_for_node("read")

    [own] = dg.with_resources([read], {"db": "own"})
    assert value(read) == "job"
    assert value(own) == "own"
    assert value(own, resources={"db": "run"}) == "run"
    defs = dg.Definitions(jobs=[dg.job(name="j")(lambda: own() and None)], resources={"db": "definitions"})
    with defs.override(db="override"):
        assert defs.get_job_def("j").execute_in_process().output_for_node("read") == "override"


def test_binding_leaves_the_original_alone():
    """`with_resources` gives copies; binding a copy again replaces; a missing key is named."""
    rows = _reads("rows", "db")
    [once] = dg.with_resources([rows], {"db": 1})
    [twice] = dg.with_resources([once], {"db": 2})
    values = [dg.materialize([bound]).asset_value("rows") for bound in (once, twice)]
    assert values == [1, 2]
    with pytest.raises(MissingResourceError, match="'db', asked for by asset 'rows'"):
        dg.with_resources([rows], {"other": 1})


def test_assets_of_modules(tmp_path, monkeypatch):
    """Assets and checks that are attributes of modules, of a package with all its modules, or of the calling module."""
    package = tmp_path / "flights_of_test"
    package.mkdir()
    (package / "__init__.py").write_text("from dagwire import asset\n\n@asset\ndef first(): return 1\n")
    (package / "later.py").write_text(
        "from dagwire import asset\nfrom flights_of_test import first\n\n@asset\ndef second(first): return 2\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    module = types.ModuleType("made_up")
    module.rows = _reads("rows", "db")
    assert [made.name for made in dg.load_assets_from_modules([module, module])] == ["rows"]
    try:
        import flights_of_test  # written above

        loaded = dg.load_assets_from_package_module(flights_of_test, group_name="g", key_prefix="raw")
    finally:
        for name in [name for name in sys.modules if name.startswith("flights_of_test")]:
            del sys.modules[name]
    assert {key.to_user_string() for made in loaded for key in made.keys} == {"raw/first", "raw/second"}
    assert {made.spec.group_name for made in loaded} == {"g"}
    assert dg.materialize(loaded).asset_value(["raw", "second"]) == 2


HERE = _reads("here", "db")


def test_assets_of_this_module():
    """`load_assets_from_current_module` looks into the module that calls it."""
    assert HERE in dg.load_assets_from_current_module()
