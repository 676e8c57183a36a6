"""Names for Dagster alone: conditions, freshness and executors are recorded here and followed by Dagster."""

import datetime as dt
import pickle

import pytest

HOUR = dt.timedelta(hours=1)


def through_pickle(value):
    """Pickle a value and read it again."""
    return pickle.loads(pickle.dumps(value))  # noqa: S301  # bytes of our own


@pytest.fixture
def condition(dg):
    """The class of conditions, under a short name."""
    return dg.AutomationCondition


# -- automation conditions ---------------------------------------------------------------------------------------------

LABELS = {
    "eager": "eager",
    "on_missing": "on_missing",
    "missing": None,
    "newly_missing": "newly_missing",
    "newly_updated": None,
    "newly_requested": None,
    "will_be_requested": None,
    "initial_evaluation": None,
    "in_progress": "in_progress",
    "run_in_progress": None,
    "backfill_in_progress": None,
    "execution_failed": None,
    "code_version_changed": None,
    "data_version_changed": None,
    "freshness_passed": "freshness_passed",
    "freshness_warned": "freshness_warned",
    "freshness_failed": "freshness_failed",
    "check_passed": None,
    "check_failed": None,
    "in_latest_time_window": None,
    "executed_with_root_target": None,
    "any_deps_missing": "any_deps_missing",
    "any_deps_updated": "any_deps_updated",
    "any_deps_in_progress": "any_deps_in_progress",
    "all_deps_blocking_checks_passed": "all_deps_blocking_checks_passed",
    "any_downstream_conditions": None,
}


@pytest.mark.parametrize("name", LABELS)
def test_a_condition_is_made_by_a_static_method(dg, condition, name):
    """A condition is an AutomationCondition with a label, and equal to another one that was made alike."""
    made = getattr(condition, name)()
    assert isinstance(made, dg.AutomationCondition)
    assert made.get_label() == LABELS[name]
    assert made == getattr(condition, name)()
    assert made.with_label("mine").get_label() == "mine"


@pytest.mark.parametrize("name", ["on_cron", "all_deps_updated_since_cron", "cron_tick_passed"])
def test_a_condition_of_a_cron_line(condition, name):
    """A condition of a cron line has a time zone, and refuses an invalid line."""
    made = getattr(condition, name)
    assert made("0 9 * * *", cron_timezone="Europe/Berlin") != made("0 9 * * *")
    assert made("@daily") == made("@daily", "UTC")
    with pytest.raises(Exception, match="every day"):
        made("every day")


def test_the_label_of_a_condition_of_a_cron_line(condition):
    """The label of `on_cron` has the cron line and the time zone."""
    assert condition.on_cron("@daily").get_label() == "on_cron(@daily, UTC)"
    since = condition.all_deps_updated_since_cron("@daily", "Asia/Tokyo")
    assert since.get_label() == "all_deps_updated_since_cron(@daily, Asia/Tokyo)"


def test_conditions_are_joined_by_operators(condition):
    """`&` and `|` join conditions, `~` negates one; conditions joined alike are equal, however they are grouped."""
    one, two, three = condition.missing(), condition.in_progress(), condition.newly_updated()
    assert (one & two) & three == one & (two & three)
    assert (one | two) | three == one | (two | three)
    assert ~one != one
    assert ~one == ~condition.missing()


def test_conditions_of_one_shape_are_told_apart(condition, differs):
    """dagwire compares operators as well as operands; to Dagster `a & b` and `a | b` are equal."""
    one, two = condition.missing(), condition.in_progress()
    differs(lambda: one & two == one | two, dagster=True, dagwire=False)
    differs(lambda: condition.any_deps_match(one) == condition.all_deps_match(one), dagster=True, dagwire=False)


def test_a_condition_of_dependencies_and_checks(dg, condition):
    """Dependencies, checks and other assets are asked for a condition of their own."""
    missing = condition.missing()
    assert condition.any_deps_match(missing) == condition.any_deps_match(condition.missing())
    failed = condition.check_failed()
    assert condition.any_checks_match(failed, blocking_only=True) != condition.any_checks_match(failed)
    assert condition.all_checks_match(failed) == condition.all_checks_match(condition.check_failed())
    assert condition.asset_matches("a", missing) == condition.asset_matches(dg.AssetKey("a"), missing)


def test_a_condition_over_time(condition):
    """`since`, `since_last_handled` and `newly_true` make conditions over time."""
    assert condition.missing().since(condition.in_progress()) == condition.missing().since(condition.in_progress())
    assert condition.missing().since(condition.in_progress()) != condition.in_progress().since(condition.missing())
    assert condition.missing().since_last_handled() != condition.missing()
    assert condition.missing().newly_true() == condition.missing().newly_true()
    assert condition.in_latest_time_window(HOUR) != condition.in_latest_time_window()
    assert condition.in_latest_time_window(HOUR) == condition.in_latest_time_window(dt.timedelta(minutes=60))


def test_a_condition_of_tags(condition):
    """Tags of runs are given as a set of keys or as a dict."""
    assert condition.executed_with_tags(tag_keys={"a", "b"}) == condition.executed_with_tags(tag_keys={"b", "a"})
    by_value = {"team": "air"}
    assert condition.any_new_update_has_run_tags(tag_values=by_value) != condition.any_new_update_has_run_tags()
    assert condition.all_new_updates_have_run_tags(tag_values=by_value) is not None


def test_a_part_of_a_condition_is_dropped(condition):
    """`without` drops one of the conditions that are required together; the label stays."""
    changed = condition.eager().without(condition.in_latest_time_window())
    assert changed.get_label() == "eager"
    assert changed != condition.eager()
    assert changed == condition.eager().without(condition.in_latest_time_window())


@pytest.mark.parametrize("change", ["a stranger", "nothing joined"])
def test_a_part_that_is_not_there_is_not_dropped(condition, change):
    """`without` refuses a condition that is not required, and a condition that requires no others."""
    joined = condition.missing() & condition.newly_updated()
    of = joined if change == "a stranger" else condition.missing()
    with pytest.raises(Exception):  # noqa: B017, PT011  # an AttributeError in Dagster, where nothing is joined
        of.without(condition.in_progress())


def test_a_part_of_a_condition_is_replaced(condition):
    """`replace` takes the old condition, or its label."""
    newly = condition.newly_updated()
    assert condition.missing().replace(condition.missing(), newly) == newly
    assert condition.eager().replace("eager", newly) == newly
    assert condition.eager().replace("handled", newly) != condition.eager()
    assert condition.eager().replace("handled", newly).get_label() == "eager"


def test_dependencies_of_a_condition_are_selected(dg, condition):
    """`allow` and `ignore` take a selection of the dependencies that count."""
    group = dg.AssetSelection.groups("raw")
    of_deps = condition.any_deps_match(condition.missing())
    assert of_deps.allow(group) != of_deps.ignore(group)
    assert condition.eager().ignore(group).get_label() == "eager"


@pytest.mark.parametrize("wrong", ["&", "|", "since", "any_deps_match"])
def test_only_conditions_are_joined(condition, wrong):
    """Whatever is not a condition is refused where one is expected."""
    call = {
        "&": lambda: condition.missing() & 3,
        "|": lambda: condition.missing() | 3,
        "since": lambda: condition.missing().since(3),
        "any_deps_match": lambda: condition.any_deps_match(3),
    }[wrong]
    with pytest.raises(Exception):  # noqa: B017, PT011  # the classes differ, and neither is meant to be caught
        call()


def test_a_condition_is_plain_data(condition):
    """A condition is hashable, pickles, and shows the operators it is made of."""
    made = (condition.missing() & ~condition.in_progress()).since(condition.newly_updated())
    assert through_pickle(made) == made
    assert len({made, made.since_last_handled(), through_pickle(made)}) == 2
    assert "issing" in repr(made)


# -- older policies ----------------------------------------------------------------------------------------------------


def test_an_auto_materialize_policy(dg):
    """An AutoMaterializePolicy is a set of rules and a limit."""
    policy = dg.AutoMaterializePolicy.eager()
    assert policy == dg.AutoMaterializePolicy.eager()
    assert policy.max_materializations_per_minute == 1
    assert dg.AutoMaterializePolicy.lazy(max_materializations_per_minute=None).max_materializations_per_minute is None
    assert dg.AutoMaterializeRule.materialize_on_missing() in policy.rules
    assert dg.AutoMaterializeRule.materialize_on_missing() not in dg.AutoMaterializePolicy.lazy().rules
    assert (len(policy.rules), len(dg.AutoMaterializePolicy.lazy().rules)) == (7, 5)


@pytest.mark.parametrize(
    "rule",
    [
        "materialize_on_missing",
        "materialize_on_parent_updated",
        "materialize_on_required_for_freshness",
        "skip_on_backfill_in_progress",
        "skip_on_not_all_parents_updated",
        "skip_on_parent_missing",
        "skip_on_parent_outdated",
        "skip_on_required_but_nonexistent_parents",
        "skip_on_run_in_progress",
    ],
)
def test_the_rules_of_an_auto_materialize_policy(dg, rule):
    """Rules are equal by value, and added by `with_rules`."""
    one = getattr(dg.AutoMaterializeRule, rule)()
    assert one == getattr(dg.AutoMaterializeRule, rule)()
    assert one in dg.AutoMaterializePolicy.eager().with_rules(one).rules


def test_rules_of_cron_lines(dg):
    """Rules of cron lines differ by their lines."""
    rule = dg.AutoMaterializeRule
    assert rule.materialize_on_cron("@daily") == rule.materialize_on_cron("@daily", timezone="UTC")
    assert rule.materialize_on_cron("@daily") != rule.materialize_on_cron("@hourly")
    assert rule.skip_on_not_all_parents_updated_since_cron("@daily") != rule.materialize_on_cron("@daily")


def test_rules_are_taken_away(dg):
    """`without_rules` takes rules away, and refuses one that the policy does not have."""
    rule = dg.AutoMaterializeRule
    policy = dg.AutoMaterializePolicy.eager().without_rules(rule.materialize_on_missing())
    assert rule.materialize_on_missing() not in policy.rules
    with pytest.raises(Exception, match=r"(?i)rule"):
        policy.without_rules(rule.materialize_on_missing())


def test_an_auto_materialize_policy_of_a_condition(dg, condition):
    """A policy may be made of a condition, which it then has."""
    policy = dg.AutoMaterializePolicy.from_automation_condition(condition.eager())
    assert policy.to_automation_condition() == condition.eager()
    assert policy == dg.AutoMaterializePolicy.from_automation_condition(condition.eager())
    assert isinstance(dg.AutoMaterializePolicy.eager().to_automation_condition(), dg.AutomationCondition)


# -- conditions and policies of assets ---------------------------------------------------------------------------------


def test_the_condition_of_an_asset(dg, condition):
    """An asset keeps its condition and its freshness policy; a condition of another kind is refused."""
    policy = dg.FreshnessPolicy.time_window(fail_window=HOUR)

    @dg.asset(automation_condition=condition.eager(), freshness_policy=policy)
    def made():
        return 1

    spec = made.get_asset_spec()
    assert (spec.automation_condition, spec.freshness_policy) == (condition.eager(), policy)
    with pytest.raises(Exception, match="automation_condition"):
        dg.AssetSpec("other", automation_condition="eager")


def test_the_policy_of_an_asset(dg, condition):
    """An AutoMaterializePolicy of an asset becomes its condition, which it cannot have as well."""
    policy = dg.AutoMaterializePolicy.eager()

    @dg.asset(auto_materialize_policy=policy)
    def made():
        return 1

    assert made.get_asset_spec().automation_condition == policy.to_automation_condition()
    assert isinstance(made.get_asset_spec().auto_materialize_policy, dg.AutoMaterializePolicy)
    assert dg.materialize([made]).success
    with pytest.raises(Exception, match="auto_materialize_policy"):
        dg.asset(automation_condition=condition.eager(), auto_materialize_policy=policy, name="other")(lambda: 1)


def test_a_policy_of_one_of_several_assets(dg):
    """An AssetOut takes an AutoMaterializePolicy."""
    policy = dg.AutoMaterializePolicy.lazy()

    @dg.multi_asset(outs={"a": dg.AssetOut(auto_materialize_policy=policy), "b": dg.AssetOut()})
    def several():
        return 1, 2

    conditions = {spec.key.to_user_string(): spec.automation_condition for spec in several.specs}
    assert (conditions["a"], conditions["b"]) == (policy.to_automation_condition(), None)


# -- freshness ---------------------------------------------------------------------------------------------------------


def test_a_freshness_policy_of_a_time_window(dg):
    """A freshness policy of a time window is equal by value."""
    policy = dg.FreshnessPolicy.time_window(fail_window=24 * HOUR, warn_window=12 * HOUR)
    assert isinstance(policy, dg.FreshnessPolicy)
    assert policy == dg.FreshnessPolicy.time_window(fail_window=24 * HOUR, warn_window=12 * HOUR)
    assert policy != dg.FreshnessPolicy.time_window(fail_window=24 * HOUR)
    assert through_pickle(policy) == policy


@pytest.mark.parametrize(("fail", "warn"), [(HOUR, 2 * HOUR), (HOUR, HOUR), (dt.timedelta(seconds=1), None)])
def test_wrong_time_windows_of_freshness(dg, fail, warn):
    """A window of less than a minute is refused, and a warning that comes not before the failure."""
    with pytest.raises(Exception, match="window"):
        dg.FreshnessPolicy.time_window(fail_window=fail, warn_window=warn)


def test_a_freshness_policy_of_a_cron_line(dg):
    """A freshness policy of deadlines has a cron line, a time before it and a time zone."""
    policy = dg.FreshnessPolicy.cron(deadline_cron="0 9 * * *", lower_bound_delta=HOUR, timezone="Europe/Berlin")
    assert (policy.deadline_cron, policy.lower_bound_delta, policy.timezone) == ("0 9 * * *", HOUR, "Europe/Berlin")
    assert policy != dg.FreshnessPolicy.cron(deadline_cron="0 9 * * *", lower_bound_delta=HOUR)


@pytest.mark.parametrize(("line", "delta"), [("every day", HOUR), ("@daily", 48 * HOUR), ("@daily", dt.timedelta(0))])
def test_wrong_deadlines_of_freshness(dg, line, delta):
    """An invalid cron line is refused, and a time that is longer than that between two deadlines."""
    with pytest.raises(Exception, match=r"(?i)cron|lower_bound_delta"):
        dg.FreshnessPolicy.cron(deadline_cron=line, lower_bound_delta=delta)


# -- executors ---------------------------------------------------------------------------------------------------------


def test_executors_have_names(dg):
    """The executors of Dagster are there by their names."""
    assert dg.in_process_executor.name == "in_process"
    assert dg.multiprocess_executor.name == "multiprocess"
    assert dg.multi_or_in_process_executor.name == "multi_or_in_process_executor"
    assert isinstance(dg.in_process_executor, dg.ExecutorDefinition)


def test_executors_are_configured(dg):
    """`configured` returns an executor with config, under its name or another."""
    assert dg.multiprocess_executor.configured({"max_concurrent": 3}).name == "multiprocess"
    assert dg.multiprocess_executor.configured({"max_concurrent": 3}, name="three").name == "three"


def test_config_that_an_executor_does_not_know(dg, differs):
    """dagwire refuses unknown config of an executor at once; Dagster refuses it when a run starts."""
    misspelt = {"max_concurent": 3}
    refused = dg.DagsterInvalidDefinitionError
    differs(lambda: dg.multiprocess_executor.configured(misspelt).name, dagster="multiprocess", dagwire=refused)


# -- other names -------------------------------------------------------------------------------------------------------


def test_a_path_beside_a_module(dg, tmp_path):
    """`file_relative_path` is the absolute path of a file beside a module."""
    module = str(tmp_path / "definitions.py")
    assert dg.file_relative_path(module, "data/trips.csv") == str(tmp_path / "data" / "trips.csv")
    assert dg.file_relative_path(module, "../trips.csv") == str(tmp_path.parent / "trips.csv")


def test_warnings_for_filters(dg):
    """The warnings of Dagster are classes, for filters."""
    assert issubclass(dg.BetaWarning, Warning)
    assert issubclass(dg.PreviewWarning, Warning)
    assert issubclass(dg.SupersessionWarning, FutureWarning)
    assert issubclass(dg.ConfigArgumentWarning, SyntaxWarning)


def test_the_states_of_a_run(dg):
    """`DagsterRunStatus` has the states of a run, by name and by value."""
    states = {state.name for state in dg.DagsterRunStatus}
    assert {"QUEUED", "STARTED", "SUCCESS", "FAILURE", "CANCELED"} < states
    assert dg.DagsterRunStatus("SUCCESS") is dg.DagsterRunStatus.SUCCESS


def test_the_version(dg):
    """The package knows its version."""
    assert dg.__version__[0].isdigit()


def test_an_instance_for_a_test(dg):
    """`instance_for_test` opens an instance for a block, with a folder that DAGSTER_HOME names."""
    import os  # the environment is read inside the block

    @dg.asset
    def trips():
        return 3

    with dg.instance_for_test() as instance:
        assert os.path.isdir(os.environ["DAGSTER_HOME"])  # noqa: PTH112  # a path as text
        result = dg.materialize([trips], instance=instance)
        assert instance.get_latest_materialization_event(dg.AssetKey("trips")).run_id == result.run_id
    assert "DAGSTER_HOME" not in os.environ


# -- code references ---------------------------------------------------------------------------------------------------


def test_the_places_of_code(dg):
    """`with_source_code_references` gives each asset the file and line of its function, after its own references."""
    own = dg.CodeReferencesMetadataValue(code_references=[dg.UrlCodeReference(url="https://example.org/made")])

    @dg.asset(metadata={"dagster/code_references": own, "n": 1})
    def made():
        return 1

    [located, elsewhere] = dg.with_source_code_references([made, dg.AssetSpec("elsewhere")])
    metadata = located.metadata_by_key[dg.AssetKey("made")]
    first, second = metadata["dagster/code_references"].code_references
    assert (first, metadata["n"]) == (own.code_references[0], 1)
    assert isinstance(second, dg.LocalFileCodeReference)
    assert second.file_path == __file__
    assert second.line_number > 100
    assert elsewhere.metadata == {}
    assert dg.materialize([located]).success


def test_a_condition_as_a_policy(dg):
    """`as_auto_materialize_policy` and `to_automation_condition` turn a condition into its older form and back."""
    condition = dg.AutomationCondition.eager()
    policy = condition.as_auto_materialize_policy()
    assert isinstance(policy, dg.AutoMaterializePolicy)
    assert policy.to_automation_condition() == condition


# -- freshness checks --------------------------------------------------------------------------------------------------


@pytest.fixture
def watched(dg):
    """Two assets."""

    @dg.asset
    def first():
        return 1

    @dg.asset
    def second():
        return 2

    return [first, second]


def test_checks_of_freshness(dg, watched):
    """A freshness check of an asset passes if a run with the instance made it recently, and fails if none did."""
    checks = dg.build_last_update_freshness_checks(assets=[watched[0], "second"], lower_bound_delta=HOUR)
    defs = dg.Definitions(
        assets=watched,
        asset_checks=checks,
        jobs=[dg.define_asset_job("only_checks", dg.AssetSelection.all_asset_checks())],
    )
    instance = dg.DagsterInstance.ephemeral()
    dg.materialize([watched[0]], instance=instance)
    result = defs.resolve_job_def("only_checks").execute_in_process(instance=instance)
    passed = {one.asset_key.to_user_string(): one.passed for one in result.get_asset_check_evaluations()}
    assert passed["first"]
    keys = {key.to_user_string() for check in checks for key in check.check_keys}
    assert keys == {"first:freshness_check", "second:freshness_check"}


def test_checks_of_freshness_by_deadlines(dg, watched):
    """With a deadline an asset must have been made shortly before its last tick, or later."""
    checks = dg.build_last_update_freshness_checks(
        assets=watched[:1], lower_bound_delta=HOUR, deadline_cron="0 0 * * *", severity=dg.AssetCheckSeverity.ERROR
    )
    result = dg.materialize([*watched, *checks])
    [evaluation] = result.get_asset_check_evaluations()
    assert (evaluation.passed, evaluation.severity) == (True, dg.AssetCheckSeverity.ERROR)
    [spec] = checks[0].check_specs
    assert spec.metadata["dagster/freshness_params"]


@pytest.mark.parametrize("wrong", ["twice", "line", "age"])
def test_wrong_checks_of_freshness(dg, watched, wrong):
    """An asset that is listed twice, an invalid cron line and an age that is not a time difference are refused."""
    arguments = {
        "twice": {"assets": [watched[0], watched[0]]},
        "line": {"deadline_cron": "every day"},
        "age": {"lower_bound_delta": 3},
    }[wrong]
    with pytest.raises(Exception):  # noqa: B017, PT011  # a CheckError in Dagster, which is not public
        dg.build_last_update_freshness_checks(**{"assets": watched, "lower_bound_delta": HOUR, **arguments})
