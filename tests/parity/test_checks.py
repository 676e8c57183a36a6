"""`@asset_check`: a question about an asset, asked after it is made."""

from uuid import uuid4

import pytest


@pytest.fixture
def rows(dg):
    """An asset of three rows."""

    @dg.asset
    def rows():
        return [1, 2, 3]

    return rows


@pytest.fixture
def failing(dg, rows):
    """Make a check of `rows` that does not pass."""

    def make(**options):
        severity = options.pop("severity", dg.AssetCheckSeverity.ERROR)

        @dg.asset_check(asset=rows, **options)
        def some():
            return dg.AssetCheckResult(passed=False, severity=severity)

        return some

    return make


def test_is_evaluated_after_its_asset(dg, rows):
    """The evaluation has asset, name, verdict, severity, description and metadata."""

    @dg.asset_check(asset=rows)
    def some():
        return dg.AssetCheckResult(
            passed=True, metadata={"count": 3}, severity=dg.AssetCheckSeverity.WARN, description="Rows exist."
        )

    result = dg.materialize([rows, some])
    [evaluation] = result.get_asset_check_evaluations()
    assert evaluation.asset_key == dg.AssetKey("rows")
    assert evaluation.check_name == "some"
    assert evaluation.passed is True
    assert evaluation.severity == dg.AssetCheckSeverity.WARN
    assert evaluation.description == "Rows exist."
    assert evaluation.metadata["count"].value == 3


def test_gets_the_asset_s_value(dg, rows):
    """A parameter named as the asset holds its value."""

    @dg.asset_check(asset=rows)
    def some(rows):
        return dg.AssetCheckResult(passed=len(rows) == 3)

    assert [e.passed for e in dg.materialize([rows, some]).get_asset_check_evaluations()] == [True]


def test_gets_resources_config_and_context(dg, rows, tracked):
    """The parameters of a check are read like those of an asset."""

    class Limit(dg.Config):
        least: int = 1

    @dg.asset_check(asset=rows)
    def some(context: dg.AssetCheckExecutionContext, config: Limit, db: tracked):
        context.log.info("checking")
        return dg.AssetCheckResult(passed=db.is_open and config.least == 1)

    result = dg.materialize([rows, some], resources={"db": tracked()})
    assert [e.passed for e in result.get_asset_check_evaluations()] == [True]


def test_takes_the_asset_by_name_or_key(dg, rows):
    """`asset=` is a definition, a name or a key; `name=` names the check."""

    @dg.asset_check(asset="rows", name="by_name")
    def first():
        return dg.AssetCheckResult(passed=True)

    @dg.asset_check(asset=dg.AssetKey("rows"), name="by_key")
    def second():
        return dg.AssetCheckResult(passed=True)

    evaluations = dg.materialize([rows, first, second]).get_asset_check_evaluations()
    assert {e.check_name for e in evaluations} == {"by_name", "by_key"}


def test_a_failed_check_is_no_failed_run(dg, rows, failing):
    """A run succeeds although a check does not pass; the evaluation shows it."""
    result = dg.materialize([rows, failing()])
    assert result.success
    assert [e.passed for e in result.get_asset_check_evaluations()] == [False]


def test_a_failed_blocking_check_stops_what_is_downstream(dg, rows, failing, log):
    """The run fails, and what depends on the asset does not run; the evaluation is kept."""

    @dg.asset(deps=[rows])
    def after():
        log.append("after")

    result = dg.materialize([rows, failing(blocking=True), after], raise_on_error=False)
    assert not result.success
    assert log == []
    assert [e.passed for e in result.get_asset_check_evaluations()] == [False]


def test_a_failed_blocking_check_raises(dg, rows, failing):
    """A blocking check that does not pass raises an error that names check and asset."""
    with pytest.raises(dg.DagsterError, match=r"(?s)(rows.*some|some.*rows)"):
        dg.materialize([rows, failing(blocking=True)])


def test_a_blocking_check_that_only_warns_lets_pass(dg, rows, failing, log):
    """A blocking check of severity WARN stops nothing."""

    @dg.asset(deps=[rows])
    def after():
        log.append("after")

    check = failing(blocking=True, severity=dg.AssetCheckSeverity.WARN)
    assert dg.materialize([rows, check, after]).success
    assert log == ["after"]


def test_a_blocking_check_runs_before_what_is_downstream(dg, rows, log):
    """Steps downstream of an asset wait for its blocking checks."""

    @dg.asset(deps=[rows])
    def after():
        log.append("after")

    @dg.asset_check(asset=rows, blocking=True)
    def zulu():
        log.append("check")
        return dg.AssetCheckResult(passed=True)

    dg.materialize([rows, zulu, after])
    assert log == ["check", "after"]


def test_a_check_that_raises_fails_the_run(dg, rows):
    """A check that raises fails the run, and its own exception comes out."""

    @dg.asset_check(asset=rows)
    def broken():
        raise ValueError("the check")

    with pytest.raises(ValueError, match="the check"):
        dg.materialize([rows, broken])
    assert not dg.materialize([rows, broken], raise_on_error=False).success


def test_checks_inside_an_asset(dg):
    """`check_specs` on the asset, `check_results` in what it returns."""

    @dg.asset(check_specs=[dg.AssetCheckSpec("some", asset="rows")])
    def rows():
        return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True, check_name="some")])

    [evaluation] = dg.materialize([rows]).get_asset_check_evaluations()
    assert (evaluation.asset_key, evaluation.check_name, evaluation.passed) == (dg.AssetKey("rows"), "some", True)


def test_a_direct_call_returns_the_result(dg, rows, tracked):
    """A check called directly, with value and resources given, returns its result."""

    @dg.asset_check(asset=rows)
    def some(rows, db: tracked):
        return dg.AssetCheckResult(passed=len(rows) == 1 and db.is_open)

    assert some([1], db=tracked()).passed is True


def test_knows_its_key(dg, rows, failing):
    """`check_key` of a check holds the asset's key and the check's name."""
    check = failing()
    assert check.check_key.asset_key == rows.key
    assert check.check_key.name == "some"


def test_in_definitions(dg, rows, failing):
    """`Definitions(asset_checks=...)` runs them in jobs of their asset."""
    defs = dg.Definitions(assets=[rows], asset_checks=[failing()], jobs=[dg.define_asset_job("nightly")])
    result = defs.get_job_def("nightly").execute_in_process()
    assert [e.check_name for e in result.get_asset_check_evaluations()] == ["some"]


def test_several_checks_of_one_function(dg, rows):
    """`@multi_asset_check` yields a result for each of its specs."""

    @dg.multi_asset_check(specs=[dg.AssetCheckSpec("some", asset=rows), dg.AssetCheckSpec("keys", asset=rows)])
    def look():
        yield dg.AssetCheckResult(passed=True, check_name="some", asset_key=rows.key)
        yield dg.AssetCheckResult(passed=False, check_name="keys", asset_key=rows.key)

    found = dg.materialize([rows, look]).get_asset_check_evaluations()
    assert {evaluation.check_name: evaluation.passed for evaluation in found} == {"some": True, "keys": False}


def test_a_blocking_check_inside_an_asset(dg):
    """If a blocking check inside an asset does not pass, the asset is recorded and its step fails."""

    @dg.asset(check_specs=[dg.AssetCheckSpec("some", asset="rows", blocking=True)])
    def rows():
        return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=False, check_name="some")])

    @dg.asset(deps=[rows])
    def after():
        return 1

    result = dg.materialize([rows, after], raise_on_error=False)
    assert result.is_node_failed("rows")
    assert len(result.asset_materializations_for_node("rows")) == 1
    assert not result.is_node_success("after")
    with pytest.raises(dg.DagsterError, match="some"):
        dg.materialize([rows, after])


# -- results -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("returned", [True, None, "yes"], ids=repr)
def test_a_check_that_returns_no_result_is_no_evaluation(dg, rows, returned):
    """A check that returns anything but a result passes over in silence: the run succeeds, without an evaluation."""

    @dg.asset_check(asset=rows)
    def some():
        return returned

    result = dg.materialize([rows, some], raise_on_error=False)
    assert (result.success, result.get_asset_check_evaluations()) == (True, [])


def test_a_check_that_yields_no_result_fails(dg, rows):
    """A generator that ends without its result fails."""

    @dg.asset_check(asset=rows)
    def some():
        yield from ()

    assert not dg.materialize([rows, some], raise_on_error=False).success


def test_any_one_parameter_takes_the_verified_asset(dg, rows):
    """The one parameter that `additional_ins` does not declare takes the asset's value, whatever its name."""

    @dg.asset
    def other():
        return 4

    @dg.asset_check(asset=rows, additional_ins={"limit": dg.AssetIn("other")})
    def few(numbers, limit):
        return dg.AssetCheckResult(passed=len(numbers) < limit)

    result = dg.materialize([rows, other, few])
    assert [found.passed for found in result.get_asset_check_evaluations()] == [True]


def test_a_check_takes_one_asset_by_parameter(dg, rows):
    """Two parameters that `additional_ins` does not declare are refused."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):

        @dg.asset_check(asset=rows)
        def some(rows, other):
            return dg.AssetCheckResult(passed=True)


def test_a_check_names_its_asset_once(dg, rows):
    """The verified asset cannot be among `additional_ins`, nor an unknown parameter."""

    def some(value):
        return dg.AssetCheckResult(passed=True)

    for ins in ({"value": dg.AssetIn("rows")}, {"other": dg.AssetIn("count")}):
        with pytest.raises(dg.DagsterInvalidDefinitionError):
            dg.asset_check(asset=rows, additional_ins=ins)(some)


def test_checks_of_one_key_are_refused(dg):
    """An asset cannot declare two checks of one name."""
    specs = [dg.AssetCheckSpec("some", asset="rows"), dg.AssetCheckSpec("some", asset="rows")]
    with pytest.raises(dg.DagsterInvalidDefinitionError):

        @dg.asset(check_specs=specs)
        def rows():
            return 1


def test_the_specs_of_a_check_definition(dg, rows):
    """A check definition has the specs, the key and the tags of its check, and makes no asset."""

    @dg.asset_check(asset=rows, description="Some rows.", compute_kind="python")
    def some():
        return dg.AssetCheckResult(passed=True)

    assert isinstance(some, dg.AssetChecksDefinition)
    assert [spec.description for spec in some.check_specs] == ["Some rows."]
    assert some.get_spec_for_check_key(some.check_key).name == "some"
    assert (some.keys, some.has_check_keys) == (set(), True)
    assert some.op.tags == {"dagster/compute_kind": "python"}


# -- several checks of one function, of which only some are wanted -----------------------------------------------------


@pytest.fixture
def trips(dg):
    """Another asset."""

    @dg.asset
    def trips():
        return 2

    return trips


def several(dg, log, **kwargs):
    """Two checks of two assets, made by one function that notes which of them it was asked for."""
    specs = [dg.AssetCheckSpec("of_rows", asset="rows"), dg.AssetCheckSpec("of_trips", asset="trips")]

    @dg.multi_asset_check(specs=specs, **kwargs)
    def several(context: dg.AssetCheckExecutionContext):
        log.append(sorted(key.name for key in context.selected_asset_check_keys))
        for key in context.selected_asset_check_keys:
            yield dg.AssetCheckResult(passed=True, check_name=key.name, asset_key=key.asset_key)

    return several


def evaluated(result):
    """The names of the checks that were evaluated."""
    return sorted(evaluation.check_name for evaluation in result.get_asset_check_evaluations())


def test_a_subset_of_several_checks(dg, rows, trips, log):
    """With `can_subset` a run of one asset makes its check alone; the context names the selected checks."""
    checks = several(dg, log, can_subset=True)
    assert evaluated(dg.materialize([rows, trips, checks])) == ["of_rows", "of_trips"]
    assert evaluated(dg.materialize([rows, trips, checks], selection=["rows"])) == ["of_rows"]
    assert evaluated(dg.materialize([rows, checks])) == ["of_rows"]
    assert log == [["of_rows", "of_trips"], ["of_rows"], ["of_rows"]]


def test_several_checks_that_go_together(dg, rows, trips, log):
    """Without `can_subset` all are made or none: a run of one asset of two is refused."""
    checks = several(dg, log)
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.materialize([rows, trips, checks], selection=["rows"])
    assert log == []


def test_a_subset_may_leave_results_out(dg, rows, trips):
    """With `can_subset` a check without a result is not a fault."""
    specs = [dg.AssetCheckSpec("of_rows", asset="rows"), dg.AssetCheckSpec("of_trips", asset="trips")]

    @dg.multi_asset_check(specs=specs, can_subset=True)
    def silent():
        yield from ()

    result = dg.materialize([rows, trips, silent])
    assert result.success
    assert evaluated(result) == []


@pytest.mark.not_carried("Dagster's text of selections has no part without checks")
def test_selections_of_checks(dg, rows, trips, log):
    """A selection of assets includes their checks; checks may be selected alone, or left out."""
    pair = several(dg, log, can_subset=True)

    @dg.asset_check(asset=rows)
    def single():
        return dg.AssetCheckResult(passed=True)

    every = dg.AssetSelection
    of_rows = dg.AssetCheckKey(dg.AssetKey("rows"), "of_rows")
    chosen = [
        (every.all(), 2, ["of_rows", "of_trips", "single"]),
        (every.assets("rows"), 1, ["of_rows", "single"]),
        (every.assets("rows").without_checks(), 1, []),
        (every.checks(single), 0, ["single"]),
        (every.checks(of_rows), 0, ["of_rows"]),
        (every.checks(pair), 0, ["of_rows", "of_trips"]),
        (every.checks_for_assets("rows"), 0, ["of_rows", "single"]),
        (every.all_asset_checks(), 0, ["of_rows", "of_trips", "single"]),
        (every.all() - every.all_asset_checks(), 2, []),
        (every.assets("rows") - every.checks(single), 1, ["of_rows"]),
        (every.assets("rows").without_checks() | every.checks(pair), 1, ["of_rows", "of_trips"]),
    ]
    for selection, made, names in chosen:
        result = dg.materialize([rows, trips, pair, single], selection=selection)
        assert (len(result.get_asset_materialization_events()), evaluated(result)) == (made, names), selection


def test_a_job_of_checks(dg, rows, trips, log):
    """`define_asset_job` may select checks alone."""
    job = dg.define_asset_job("look", dg.AssetSelection.all_asset_checks())
    checks = several(dg, log, can_subset=True)
    result = dg.Definitions([rows, trips], asset_checks=[checks], jobs=[job]).get_job_def("look").execute_in_process()
    assert evaluated(result) == ["of_rows", "of_trips"]
    assert result.get_asset_materialization_events() == []


@pytest.mark.not_carried("Dagster's text of selections has no part without checks")
def test_a_subset_of_checks_inside_assets(dg):
    """With `can_subset` the context names the selected assets and the selected checks."""
    specs = [dg.AssetSpec("x"), dg.AssetSpec("y")]
    check_specs = [dg.AssetCheckSpec("of_x", asset="x"), dg.AssetCheckSpec("of_y", asset="y")]

    @dg.multi_asset(specs=specs, check_specs=check_specs, can_subset=True)
    def both(context):
        for key in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=key)
        for key in context.selected_asset_check_keys:
            yield dg.AssetCheckResult(passed=True, check_name=key.name, asset_key=key.asset_key)

    x = dg.AssetSelection.assets("x")
    for selection, made, names in (
        (None, 2, ["of_x", "of_y"]),
        (x, 1, ["of_x"]),
        (x.without_checks(), 1, []),
        (dg.AssetSelection.checks_for_assets("x"), 0, ["of_x"]),
    ):
        result = dg.materialize([both], selection=selection)
        assert (len(result.get_asset_materialization_events()), evaluated(result)) == (made, names)


def test_the_step_of_a_check(dg, rows, failing):
    """The step of a check, and the identifier of its spec, are named by asset and check."""
    assert dg.AssetCheckSpec("fine", asset=["a", "rows"]).get_python_identifier() == "a__rows_fine"
    result = dg.materialize([rows, failing()])
    assert any(e.step_key == f"rows_{failing().check_key.name}" for e in result.all_events)


def test_the_materialization_that_a_check_verifies(dg, rows):
    """An evaluation names the materialization of its asset."""

    @dg.asset_check(asset=rows)
    def some():
        return dg.AssetCheckResult(passed=True)

    result = dg.materialize([rows, some])
    (found,) = result.get_asset_check_evaluations()
    assert found.target_materialization_data.run_id == result.run_id


# -- checks of metadata ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "bounds", "passed"),
    [
        (5, {"min_value": 1, "max_value": 5}, True),
        (5, {"max_value": 5, "exclusive_max": True}, False),
        (0.5, {"min_value": 1}, False),
        (1, {"min_value": 1, "exclusive_min": True}, False),
        ("five", {"min_value": 1}, False),
        (None, {"min_value": 1}, False),
    ],
)
def test_bounds_of_metadata(dg, value, bounds, passed):
    """A number in the metadata of the latest materialization must lie within the bounds."""

    @dg.asset
    def counted():
        return dg.MaterializeResult(metadata={} if value is None else {"rows": value})

    checks = dg.build_metadata_bounds_checks(assets=[counted], metadata_key="rows", **bounds)
    result = dg.materialize([counted, *checks], instance=dg.DagsterInstance.ephemeral())
    (found,) = result.get_asset_check_evaluations()
    assert (found.check_name, found.passed, found.severity.value) == ("rows_bounds_check", passed, "WARN")


def test_bounds_of_metadata_need_a_bound(dg):
    """Bounds without a bound are refused."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.build_metadata_bounds_checks(assets=["a"], metadata_key="rows")


@pytest.mark.parametrize(
    ("columns", "passed"),
    [
        ([["a"]], True),
        ([["a"], ["a"]], True),
        ([["a"], ["a", "b"]], False),
        ([["a"], ["b"]], False),
        ([["a"], None], False),
        ([None, ["a"]], False),
    ],
    ids=str,
)
def test_changes_of_columns(dg, columns, passed):
    """The columns of the latest materialization must be those of the one before."""
    instance = dg.DagsterInstance.ephemeral()
    names = iter(columns)

    # All of Dagster's instances in memory share one log, so each asset has a name of its own.
    @dg.asset(name=f"table_{uuid4().hex}")
    def table():
        found = next(names)
        schema = None if found is None else dg.TableSchema([dg.TableColumn(name) for name in found])
        return dg.MaterializeResult(metadata={} if schema is None else {"dagster/column_schema": schema})

    checks = dg.build_column_schema_change_checks(assets=[table])
    results = [dg.materialize([table, *checks], instance=instance) for _ in columns]
    assert [found.passed for found in results[-1].get_asset_check_evaluations()] == [passed]


def test_the_name_of_a_definition_of_checks(dg, differs):
    """A definition of checks has the name of its step as `name`; Dagster's has no `name`."""

    @dg.asset_check(asset="trips", name="positive")
    def check():
        return dg.AssetCheckResult(passed=True)

    differs(lambda: getattr(check, "name", None), dagster=None, dagwire="trips_positive")
    assert check.check_key.name == "positive"
