"""`@asset_check`: a question about an asset, asked after it is made."""

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
    """The evaluation tells asset, name, verdict, severity, description and metadata."""

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
    """A check's signature is read as an asset's."""

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
    """A run whose check does not pass is a success all the same; the evaluation tells."""
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
    """What is downstream of an asset waits for its blocking checks."""

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
    """Where it does not pass the asset is recorded, its step fails, and what is downstream does not run."""

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


# -- better on purpose -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("returned", [True, None, "yes"], ids=repr)
def test_a_check_that_returns_no_result_fails(dg, rows, differs, returned):
    """dagwire fails a check that returns anything but its result; Dagster passes over it in silence."""

    @dg.asset_check(asset=rows)
    def some():
        return returned

    differs(lambda: dg.materialize([rows, some], raise_on_error=False).success, dagster=True, dagwire=False)
