"""Contexts of steps: the questions that a body can ask of its run."""

import pytest


@pytest.fixture
def seen(dg):
    """Run one asset and hand back what `look(context)` returned."""

    def run(look, **kwargs):
        @dg.asset(required_resource_keys=set(kwargs.get("resources", ())))
        def read(context):
            return look(context)

        return dg.materialize([read], **kwargs).asset_value("read")

    return run


def test_the_asset_key(dg, seen):
    """`context.asset_key` is the key being made."""
    assert seen(lambda context: context.asset_key.to_user_string()) == "read"


def test_the_run(seen):
    """`run_id` and `run.run_id` are one; `run.tags` and `run_tags` hold the run's tags."""
    found = seen(
        lambda context: (context.run_id == context.run.run_id, dict(context.run.tags), dict(context.run_tags)),
        tags={"team": "a"},
    )
    assert found == (True, {"team": "a"}, {"team": "a"})


def test_tags_by_name(seen):
    """`has_tag` and `get_tag`; an absent one is None."""
    found = seen(lambda c: (c.has_tag("team"), c.get_tag("team"), c.has_tag("no"), c.get_tag("no")), tags={"team": "a"})
    assert found == (True, "a", False, None)


def test_the_log_is_a_logger(seen):
    """`context.log` has the methods of the standard library's loggers."""

    def look(context):
        context.log.info("rows: %s", 3)
        context.log.warning("careful")
        context.log.debug("detail")
        return True

    assert seen(look)


def test_the_resources_of_the_step(dg, seen):
    """Resources are attributes; a resource that the step did not ask for raises an AttributeError."""

    def look(context):
        try:
            _ = context.resources.nobody
        except dg.DagsterUnknownResourceError as error:
            return (context.resources.clock, isinstance(error, AttributeError))

    assert seen(look, resources={"clock": 12}) == (12, True)


def test_only_the_step_s_own_resources(dg, tracked):
    """Another step's resource is not on this step's context."""

    @dg.asset(required_resource_keys={"db"})
    def first(context):
        return hasattr(context.resources, "store")

    @dg.asset(required_resource_keys={"store"})
    def second(context):
        return hasattr(context.resources, "store")

    result = dg.materialize([first, second], resources={"db": tracked(), "store": tracked()})
    assert (result.asset_value("first"), result.asset_value("second")) == (False, True)


def test_op_config_without_config(seen):
    """`context.op_config` is None if nothing is configured."""
    assert seen(lambda context: context.op_config) is None


def test_partition_of_a_run_without_one(dg, seen):
    """`has_partition_key` is False and asking for the key raises."""

    def look(context):
        found = [context.has_partition_key, context.has_partition_key_range]
        for attribute in ("partition_key", "partition_keys", "partition_key_range"):
            try:
                getattr(context, attribute)
            except dg.DagsterInvariantViolationError:
                found.append("raises")
        return found

    assert seen(look) == [False, False, "raises", "raises", "raises"]


def test_selected_keys(dg, seen):
    """`selected_asset_keys` are the assets of this step."""
    assert seen(lambda context: {key.to_user_string() for key in context.selected_asset_keys}) == {"read"}


def test_the_first_attempt_is_number_zero(seen):
    """`context.retry_number` starts at 0."""
    assert seen(lambda context: context.retry_number) == 0


def test_an_op_s_context(dg):
    """An op gets an OpExecutionContext with run, log, resources and config."""

    @dg.op(required_resource_keys={"clock"}, config_schema={"limit": int})
    def read(context):
        context.log.info("here")
        return (
            isinstance(context, dg.OpExecutionContext),
            context.resources.clock,
            context.op_config["limit"],
            context.job_name,
            context.run_id == context.run.run_id,
        )

    @dg.job
    def nightly():
        read()

    result = nightly.execute_in_process(resources={"clock": 12}, run_config={"ops": {"read": {"config": {"limit": 2}}}})
    assert result.output_for_node("read") == (True, 12, 2, "nightly", True)


def test_a_hook_s_context_built_by_hand(dg, log):
    """`build_hook_context` gives resources and the exception to a hook called directly."""

    @dg.failure_hook(required_resource_keys={"chat"})
    def blame(context):
        log.append((context.resources.chat, str(context.op_exception)))

    blame(dg.build_hook_context(resources={"chat": "chat"}, op_exception=ValueError("no")))
    assert log == [("chat", "no")]


def test_a_check_s_context_built_by_hand(dg):
    """`build_asset_check_context` gives resources to a check called directly."""

    @dg.asset_check(asset="rows", required_resource_keys={"limit"})
    def some(context):
        return dg.AssetCheckResult(passed=context.resources.limit > 2)

    assert some(dg.build_asset_check_context(resources={"limit": 3})).passed
