"""`build_resources`: resources opened outside a run."""

import asyncio

import pytest


def test_gives_one_attribute_for_each_key(dg, tracked):
    """`build_resources` gives definitions, resources and plain values, each under its key."""
    thing = object()
    with dg.build_resources({"db": tracked(), "thing": thing, "made": dg.ResourceDefinition(lambda: 7)}) as resources:
        assert resources.db.is_open
        assert resources.thing is thing
        assert resources.made == 7


def test_opens_and_closes(dg, tracked, log):
    """`build_resources` opens on entry of its `with` and closes on exit."""
    with dg.build_resources({"db": tracked()}):
        log.append("body")
    assert log == ["open db", "body", "close db"]


def test_plain_functions_are_not_called(dg):
    """A plain function given to `build_resources` is a value; it is not called."""
    with dg.build_resources({"clock": len}) as resources:
        assert resources.clock is len


def test_as_a_dictionary(dg):
    """`_asdict()` of the view is `{key: value}`."""
    with dg.build_resources({"a": 1, "b": 2}) as resources:
        assert dict(resources._asdict()) == {"a": 1, "b": 2}


def test_the_original_dictionary(dg):
    """`original_resource_dict` of the view is `{key: value}` too."""
    with dg.build_resources({"a": 1, "b": 2}) as resources:
        assert dict(resources.original_resource_dict) == {"a": 1, "b": 2}


def test_an_unknown_attribute(dg):
    """An unknown attribute is a DagsterUnknownResourceError, which is an AttributeError."""
    with dg.build_resources({"a": 1}) as resources:
        with pytest.raises(dg.DagsterUnknownResourceError, match="nobody"):
            _ = resources.nobody
        assert not hasattr(resources, "nobody")


def test_resource_config_by_key(dg):
    """`resource_config` is `{key: {"config": {...}}}`."""

    @dg.resource(config_schema={"size": int})
    def it(context):
        return context.resource_config["size"]

    with dg.build_resources({"it": it}, resource_config={"it": {"config": {"size": 3}}}) as resources:
        assert resources.it == 3


def facts(dg):
    """A definition that returns facts of its context, by name."""

    @dg.resource
    def it(context):
        return {"instance": context.instance, "run": context.run}

    return it


def test_the_instance_is_the_second_argument(dg):
    """The second argument is the instance; anything else is refused before anything opens."""
    with dg.DagsterInstance.ephemeral() as instance:
        with dg.build_resources({"it": facts(dg)}, instance) as resources:
            assert resources.it["instance"] is instance
        with pytest.raises(Exception, match="instance"), dg.build_resources({"it": facts(dg)}, {"it": {"config": 1}}):
            pytest.fail("it opened")


def test_without_instance_there_is_an_empty_one(dg):
    """A resource that is opened outside a run sees an empty instance, unless one is given."""

    class Seeing(dg.ConfigurableResource):
        def seen(self):
            return self.get_resource_context().instance

    with dg.build_resources({"it": facts(dg)}) as resources:
        assert isinstance(resources.it["instance"], dg.DagsterInstance)
    assert isinstance(Seeing().process_config_and_initialize().seen(), dg.DagsterInstance)
    with Seeing().process_config_and_initialize_cm() as seeing:
        assert isinstance(seeing.seen(), dg.DagsterInstance)


def test_the_run_that_resources_see(dg):
    """`dagster_run` is `context.run`, and None by default."""
    run = dg.DagsterRun(job_name="nightly", run_id="b7bd5e8c-0000-4000-8000-000000000000")
    with dg.build_resources({"it": facts(dg)}, dagster_run=run) as resources:
        assert resources.it["run"] is run
    with dg.build_resources({"it": facts(dg)}) as resources:
        assert resources.it["run"] is None


def test_resource_config_of_a_class(dg, tracked):
    """`resource_config` reaches a ConfigurableResource that is left to launch."""
    config = {"db": {"config": {"name": "late"}}}
    with dg.build_resources({"db": tracked.configure_at_launch(size=2)}, resource_config=config) as resources:
        assert (resources.db.name, resources.db.size) == ("late", 2)


@pytest.mark.parametrize(
    "config",
    [{"db": {"config": {"size": "many"}}}, {"db": {"config": {"sise": 1}}}, {"nobody": {"config": {}}}],
    ids=["type", "field", "key"],
)
def test_resource_config_that_does_not_fit_is_refused(dg, tracked, log, config):
    """A wrong type, an unknown field or an unknown key in `resource_config` is refused before anything opens."""
    with (
        pytest.raises(dg.DagsterInvalidConfigError),
        dg.build_resources({"db": tracked.configure_at_launch()}, resource_config=config),
    ):
        pass
    assert log == []


def test_missing_config_is_refused(dg):
    """A required field that `resource_config` does not give is an invalid config."""

    class Need(dg.ConfigurableResource):
        url: str

    with pytest.raises(dg.DagsterInvalidConfigError), dg.build_resources({"db": Need.configure_at_launch()}):
        pass


def test_keys_named_like_tuple_methods(dg):
    """`count` and `index` are keys like any other."""
    with dg.build_resources({"count": 1, "index": 2}) as resources:
        assert (resources.count, resources.index) == (1, 2)


def test_an_event_loop_may_be_given(dg):
    """`event_loop` may be a loop or None, and `log_manager` None."""
    loop = asyncio.new_event_loop()
    for given in (None, loop):
        with dg.build_resources({"a": 1}, event_loop=given, log_manager=None) as resources:
            assert resources.a == 1
    loop.close()


# -- better on purpose -------------------------------------------------------------------------------------------------


def test_a_missing_required_key_is_named(dg, differs):
    """dagwire names the missing key and who asks; Dagster raises a bare KeyError."""

    @dg.resource(required_resource_keys={"base"})
    def it(context):
        return 1

    def use():
        with dg.build_resources({"it": it}):
            pass

    differs(use, dagster=KeyError, dagwire=dg.DagsterInvalidDefinitionError)


def test_keys_may_be_any_string(dg, differs):
    """dagwire takes a key that is not a Python name; Dagster cannot."""

    def use():
        with dg.build_resources({"a b": 1}) as resources:
            return dict(resources._asdict())

    differs(use, dagster=ValueError, dagwire={"a b": 1})


def test_asynchronous_resources_in_a_loop_given(dg):
    """dagwire opens asynchronous resources in the loop given; Dagster gives the coroutine itself."""

    @dg.resource
    async def it(context):
        await asyncio.sleep(0)
        return asyncio.get_running_loop()

    loop = asyncio.new_event_loop()
    with dg.build_resources({"it": it}, event_loop=loop) as resources:
        value = resources.it
    if asyncio.iscoroutine(value):
        value.close()
    loop.close()
    assert (value is loop) is {"dagster": False, "dagwire": True}[dg.__name__]


def test_a_run_knows_its_ancestors_by_its_tags(dg):
    """`get_root_run_id` and `get_parent_run_id` read the tags of a run; `previous_run_id` is its `parent_run_id`."""
    tags = {"dagster/root_run_id": "first", "dagster/parent_run_id": "second"}
    run = dg.DagsterRun(job_name="nightly", tags=tags)
    assert (run.get_root_run_id(), run.get_parent_run_id(), run.previous_run_id) == ("first", "second", None)
    run = dg.DagsterRun(job_name="nightly", root_run_id="first", parent_run_id="second")
    assert (run.get_root_run_id(), run.get_parent_run_id(), run.previous_run_id) == (None, None, "second")


def test_resources_are_read_only(dg):
    """The resources of an open scope refuse an assignment, and can be iterated."""
    with dg.build_resources({"a": 1, "b": 2}) as resources:
        assert sorted(resources) == [1, 2]
        with pytest.raises(AttributeError):
            resources.a = 3


def test_older_names_of_an_init_context(dg):
    """A resource's context has `dagster_run` and `log_manager`, the older names of `run` and `log`."""
    context = dg.build_init_resource_context()
    assert context.dagster_run is None
    assert context.log_manager is context.log
