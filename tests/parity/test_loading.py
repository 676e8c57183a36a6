"""Loading: the assets, checks and definitions of modules, with the keys and attributes that a loader gives them."""

import itertools
import sys
from types import ModuleType

import pytest

NUMBERS = itertools.count()


@pytest.fixture
def module_of():
    """Make a module of attributes; it is forgotten after the test."""
    made = []

    def make(**attributes):
        module = ModuleType(f"loaded_{next(NUMBERS)}")
        vars(module).update(attributes)
        sys.modules[module.__name__] = module
        made.append(module.__name__)
        return module

    yield make
    for name in made:
        del sys.modules[name]


@pytest.fixture
def made(dg):
    """Make an asset by its name."""

    def make(name, **options):
        def body():
            return 1

        return dg.asset(name=name, **options)(body)

    return make


def keys(dg, assets):
    """The keys of assets, as text, sorted."""
    external = (dg.AssetSpec, dg.SourceAsset)
    found = (key for asset in assets for key in ([asset.key] if isinstance(asset, external) else asset.keys))
    return sorted(key.to_user_string() for key in found)


# -- assets ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("other", ["asset", "source", "spec"])
def test_two_loaded_assets_of_one_key(dg, module_of, made, other):
    """Two assets of one key are refused when they are loaded, whatever makes the second."""
    second = {"asset": made("x"), "source": dg.SourceAsset("x"), "spec": dg.AssetSpec("x")}[other]
    modules = [module_of(first=made("x")), module_of(second=second)]
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="x"):
        dg.load_assets_from_modules(modules, include_specs=True)


def test_one_asset_in_two_modules(dg, module_of, made):
    """An asset that two modules import is one asset."""
    shared = made("x")
    assert keys(dg, dg.load_assets_from_modules([module_of(a=shared, b=shared), module_of(c=shared)])) == ["x"]


def test_the_group_of_loaded_assets(dg, module_of, made):
    """`group_name` is the group of assets, source assets and specs that have none."""
    module = module_of(a=made("x"), b=dg.SourceAsset("y"), c=dg.AssetSpec("z"))
    one, source, spec = dg.load_assets_from_modules([module], group_name="g", include_specs=True)
    assert list(one.group_names_by_key.values()) == ["g"]
    assert (source.group_name, spec.group_name) == ("g", "g")


@pytest.mark.parametrize("kind", ["asset", "source"])
def test_the_group_of_a_loaded_asset_that_has_one(dg, module_of, made, kind):
    """An asset that is in another group is refused; in the very group it is accepted."""
    own = made("x", group_name="own") if kind == "asset" else dg.SourceAsset("x", group_name="own")
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="own"):
        dg.load_assets_from_modules([module_of(a=own)], group_name="other")
    if kind == "asset":
        assert keys(dg, dg.load_assets_from_modules([module_of(a=own)], group_name="own")) == ["x"]


def test_prefixes_of_loaded_assets(dg, module_of, made):
    """`key_prefix` is for assets that are made here, `source_key_prefix` for source assets; specs keep their keys."""
    module = module_of(a=made("x"), b=dg.SourceAsset("y"), c=dg.AssetSpec("z"))
    load = dg.load_assets_from_modules
    assert keys(dg, load([module], key_prefix="p", include_specs=True)) == ["p/x", "y", "z"]
    assert keys(dg, load([module], source_key_prefix="s")) == ["s/y", "x"]
    assert keys(dg, load([module], key_prefix=["p", "q"], source_key_prefix=["r", "s"])) == ["p/q/x", "r/s/y"]


def test_dependencies_of_loaded_assets_follow(dg, module_of, made):
    """Dependencies and inputs follow the keys that a prefix changes."""

    @dg.asset(deps=["x"])
    def after(y):
        return y

    module = module_of(a=made("x"), b=dg.SourceAsset("y"), c=after)
    loaded = dg.load_assets_from_modules([module], key_prefix="p", source_key_prefix="s")
    moved = next(asset for asset in loaded if keys(dg, [asset]) == ["p/after"])
    assert {key.to_user_string() for key in moved.dependency_keys} == {"p/x", "s/y"}


def test_loaded_assets_run_under_a_prefix(dg, module_of, made):
    """Assets that were loaded with a prefix and a group run, and pass on their values."""

    @dg.asset
    def doubled(x):
        return 2 * x

    loaded = dg.load_assets_from_modules([module_of(a=made("x"), b=doubled)], group_name="g", key_prefix=["p"])
    assert dg.materialize(loaded).asset_value(["p", "doubled"]) == 2


def test_policies_of_loaded_assets(dg, module_of, made):
    """`backfill_policy` and `automation_condition` are those of every loaded asset that is made here."""
    days = dg.DailyPartitionsDefinition("2024-01-01")
    condition = dg.AutomationCondition.eager()
    module = module_of(a=made("x", partitions_def=days), b=made("y", automation_condition=condition.newly_true()))
    single = dg.BackfillPolicy.single_run()
    loaded = dg.load_assets_from_modules([module], automation_condition=condition, backfill_policy=single)
    assert [asset.get_asset_spec().automation_condition for asset in loaded] == [condition, condition]
    assert [asset.backfill_policy for asset in loaded] == [single, single]


def test_arguments_of_the_other_loaders(dg, made):
    """The loader of the current module takes the arguments of the loader of modules."""
    loaded = dg.load_assets_from_current_module(
        "g", "p", automation_condition=None, backfill_policy=None, source_key_prefix="s", include_specs=True
    )
    assert list(loaded) == []
    assert list(dg.load_asset_checks_from_current_module(asset_key_prefix="p")) == []


# -- checks ------------------------------------------------------------------------------------------------------------


def test_loaded_checks_under_a_prefix(dg, module_of, made):
    """`asset_key_prefix` moves checks to the assets that were loaded with that prefix; they see their values."""

    @dg.asset_check(asset="x")
    def is_one(x):
        return dg.AssetCheckResult(passed=x == 1)

    module = module_of(a=made("x"), b=is_one)
    checks = dg.load_asset_checks_from_modules([module], asset_key_prefix=["p", "q"])
    assert [key.to_user_string() for check in checks for key in check.check_keys] == ["p/q/x:is_one"]
    loaded = dg.load_assets_from_modules([module], key_prefix=["p", "q"])
    result = dg.materialize([*loaded, *checks])
    assert [evaluation.passed for evaluation in result.get_asset_check_evaluations()] == [True]


# -- definitions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["asset", "job", "asset job", "schedule", "sensor"])
def test_two_loaded_definitions_of_one_name(dg, module_of, made, kind):
    """Two different definitions of one name are refused when they are loaded; one object under two names is one."""

    def make():
        @dg.op
        def act():
            pass

        @dg.job(name="same")
        def acting():
            act()

        return {
            "asset": lambda: made("same"),
            "job": lambda: acting,
            "asset job": lambda: dg.define_asset_job("same"),
            "schedule": lambda: dg.ScheduleDefinition(name="same", job_name="j", cron_schedule="@daily"),
            "sensor": lambda: dg.SensorDefinition(name="same", job_name="j", evaluation_fn=lambda context: None),
        }[kind]()

    one = make()
    assert dg.load_definitions_from_modules([module_of(a=one, b=one)]) is not None
    with pytest.raises(dg.DagsterInvalidDefinitionError, match="same"):
        dg.load_definitions_from_modules([module_of(a=one, b=make())])


def test_executor_and_loggers_of_loaded_definitions(dg, module_of, made):
    """Resources, loggers and executor are passed on to the definitions."""
    executor = dg.in_process_executor
    defs = dg.load_definitions_from_module(module_of(a=made("x")), resources={"r": 1}, loggers={}, executor=executor)
    assert defs.resources == {"r": 1}
    assert defs.executor is executor


def test_a_partitioned_schedule_in_a_module(dg, module_of, made):
    """A schedule of a partitioned asset job is found in a module."""
    days = dg.DailyPartitionsDefinition("2024-01-01")
    daily = dg.define_asset_job("daily", "*")
    schedule = dg.build_schedule_from_partitioned_job(daily)
    defs = dg.load_definitions_from_module(module_of(a=made("x", partitions_def=days), b=daily, c=schedule))
    assert defs.resolve_schedule_def("daily_schedule").cron_schedule == "0 0 * * *"


def test_a_spec_in_a_module_is_one_asset(dg, module_of, differs):
    """dagwire lists a spec of a module once among the assets; Dagster lists it twice."""
    defs = dg.load_definitions_from_module(module_of(a=dg.AssetSpec("x")))
    differs(lambda: keys(dg, defs.assets), dagster=["x", "x"], dagwire=["x"])


# -- packages ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def package(dg, made, tmp_path):
    """A package with an asset, and a check of it."""
    package = ModuleType(f"package_{next(NUMBERS)}")
    (tmp_path / "__init__.py").touch()
    package.__file__, package.__path__ = str(tmp_path / "__init__.py"), [str(tmp_path)]

    @dg.asset_check(asset="x", name="fine")
    def fine():
        return dg.AssetCheckResult(passed=True)

    vars(package).update(x=made("x"), fine=fine)
    sys.modules[package.__name__] = package
    yield package
    del sys.modules[package.__name__]


def test_assets_of_a_package_by_its_name(dg, package):
    """`load_assets_from_package_name` imports the package."""
    assert keys(dg, dg.load_assets_from_package_name(package.__name__, key_prefix="p")) == ["p/x"]


def test_checks_of_a_package(dg, package):
    """Checks are found in a package, and in a package by its name."""
    by_object = dg.load_asset_checks_from_package_module(package)
    by_name = dg.load_asset_checks_from_package_name(package.__name__, asset_key_prefix="p")
    assert [key.name for one in [*by_object, *by_name] for key in one.check_keys] == ["fine", "fine"]


def test_definitions_of_a_package(dg, package):
    """Definitions are found in a package, and in a package by its name."""
    for defs in (
        dg.load_definitions_from_package_module(package),
        dg.load_definitions_from_package_name(package.__name__),
    ):
        assert [key.path for key in defs.resolve_asset_graph().get_all_asset_keys()] == [["x"]]
