"""`@resource` and `ResourceDefinition`: a function that makes a resource, and its context."""

import contextlib
import functools

import pytest


@pytest.fixture
def opened(dg):
    """Open one definition under the key `it`, and return its value."""

    def open_it(definition, config=None, **others):
        resource_config = {"it": {"config": config}} if config is not None else None
        with dg.build_resources({"it": definition, **others}, resource_config=resource_config) as resources:
            return resources.it

    return open_it


def test_a_function_of_one_argument(dg, opened):
    """A resource function's one argument is the context, whatever its name."""

    @dg.resource
    def it(anything):
        return isinstance(anything, dg.InitResourceContext)

    assert opened(it) is True


def test_a_function_of_no_argument(dg, opened):
    """A resource function without arguments is called with none."""

    @dg.resource
    def it():
        return 7

    assert opened(it) == 7


def test_a_definition_made_by_hand(dg, opened):
    """`ResourceDefinition(fn)` is what the decorator makes."""
    assert opened(dg.ResourceDefinition(lambda: 7)) == 7
    assert opened(dg.ResourceDefinition(lambda context: 8)) == 8


def test_a_generator_opens_and_closes(dg, log):
    """A generator resource opens before its yield and closes after it."""

    @dg.resource
    def it():
        log.append("open")
        yield 5
        log.append("close")

    with dg.build_resources({"it": it}) as resources:
        log.append(resources.it)
    assert log == ["open", 5, "close"]


def test_a_context_manager_opens_and_closes(dg, log):
    """A function made a context manager is a resource as well."""

    @dg.resource
    @contextlib.contextmanager
    def it(context):
        log.append("open")
        yield 5
        log.append("close")

    with dg.build_resources({"it": it}) as resources:
        log.append(resources.it)
    assert log == ["open", 5, "close"]


def test_is_opened_once_per_run(dg, log):
    """A resource function is called once a run; all steps share its product."""

    @dg.resource
    def it():
        log.append("open")
        return object()

    @dg.asset(required_resource_keys={"it"})
    def first(context):
        log.append(context.resources.it)

    @dg.asset(required_resource_keys={"it"}, deps=[first])
    def second(context):
        log.append(context.resources.it)

    dg.materialize([first, second], resources={"it": it})
    assert log[0] == "open"
    assert log[1] is log[2]
    assert len(log) == 3


def test_config_schema_of_fields(dg, opened):
    """`{field: type}` is validated and arrives as `resource_config`."""

    @dg.resource(config_schema={"size": int, "name": str})
    def it(context):
        return context.resource_config

    assert opened(it, {"size": 3, "name": "n"}) == {"size": 3, "name": "n"}


def test_config_schema_with_a_default(dg, opened):
    """`Field(type, default_value=...)` fills in what is not given."""

    @dg.resource(config_schema={"size": int, "name": dg.Field(str, default_value="d")})
    def it(context):
        return context.resource_config

    assert opened(it, {"size": 3}) == {"size": 3, "name": "d"}


@pytest.mark.parametrize("config", [{"size": "x"}, {}, {"size": 1, "sise": 2}], ids=["type", "missing", "unknown"])
def test_config_that_does_not_fit_is_refused(dg, opened, config):
    """A wrong type, a missing field and an unknown one are an invalid config."""

    @dg.resource(config_schema={"size": int})
    def it(context):
        return context.resource_config

    with pytest.raises(dg.DagsterInvalidConfigError):
        opened(it, config)


def test_config_from_the_run(dg):
    """In a run a resource's config comes from the section `resources`."""

    @dg.resource(config_schema={"size": int})
    def it(context):
        return context.resource_config["size"]

    @dg.asset(required_resource_keys={"it"})
    def read(context):
        return context.resources.it

    run_config = {"resources": {"it": {"config": {"size": 4}}}}
    assert dg.materialize([read], resources={"it": it}, run_config=run_config).asset_value("read") == 4


def test_required_resource_keys(dg, opened):
    """Each of `required_resource_keys` is on `context.resources`."""

    @dg.resource(required_resource_keys={"base"})
    def it(context):
        return context.resources.base + 1

    assert opened(it, base=dg.ResourceDefinition(lambda: 1)) == 2


def test_required_keys_of_a_resource_in_a_run(dg):
    """A run opens what a needed resource needs."""

    @dg.resource(required_resource_keys={"base"})
    def it(context):
        return context.resources.base + 1

    @dg.asset(required_resource_keys={"it"})
    def read(context):
        return context.resources.it

    resources = {"it": it, "base": dg.ResourceDefinition(lambda: 1)}
    assert dg.materialize([read], resources=resources).asset_value("read") == 2


def test_a_run_that_lacks_what_a_resource_needs_is_refused(dg):
    """A run that lacks what a resource needs is refused, and the key named."""

    @dg.resource(required_resource_keys={"base"})
    def it(context):
        return 1

    @dg.asset(required_resource_keys={"it"})
    def read(context):
        return context.resources.it

    with pytest.raises(dg.DagsterInvalidDefinitionError, match="base"):
        dg.materialize([read], resources={"it": it})


def test_the_context_in_a_run(dg, log):
    """The context knows the run, the log, the definition and all definitions by key."""

    @dg.resource
    def it(context):
        log.append(context)
        return 1

    @dg.asset(required_resource_keys={"it"})
    def read(context):
        return context.run_id

    result = dg.materialize([read], resources={"it": it})
    [context] = log
    assert context.run_id == result.run_id
    assert context.run.run_id == result.run_id
    assert context.log is not None
    assert context.resource_def is it
    assert "it" in context.all_resource_defs


def test_the_definition_tells_what_it_is(dg):
    """Description, version and required keys are attributes of a definition."""

    @dg.resource(description="A thing.", version="2", required_resource_keys={"base"})
    def it(context):
        return 1

    assert (it.description, it.version, set(it.required_resource_keys)) == ("A thing.", "2", {"base"})


def test_a_failing_function_is_wrapped(dg):
    """A failing resource function's error names the resource and carries the cause."""

    @dg.resource
    def remote():
        raise ConnectionError("no route")

    with (
        pytest.raises(dg.DagsterResourceFunctionError, match="remote") as caught,
        dg.build_resources({"remote": remote}),
    ):
        pass
    assert isinstance(caught.value.__cause__, ConnectionError)


def test_hardcoded_resource(dg, opened):
    """`ResourceDefinition.hardcoded_resource(x)` is x."""
    assert opened(dg.ResourceDefinition.hardcoded_resource(3)) == 3


def test_none_resource(dg, opened):
    """`ResourceDefinition.none_resource()` is None."""
    assert opened(dg.ResourceDefinition.none_resource()) is None


def test_mock_resource(dg, opened):
    """`ResourceDefinition.mock_resource()` takes any call."""
    assert opened(dg.ResourceDefinition.mock_resource()).anything() is not None


def test_a_generator_by_hand_serves_as_a_context_manager(dg, log):
    """`ResourceDefinition` opens a generator function as the decorator does."""

    def it(context):
        log.append("open")
        yield 4
        log.append("close")

    with dg.build_resources({"it": dg.ResourceDefinition(it)}) as resources:
        log.append(resources.it)
    assert log == ["open", 4, "close"]


# -- direct calls ------------------------------------------------------------------------------------------------------


def test_a_direct_call_without_argument(dg):
    """A function of no argument is called as it is."""

    @dg.resource
    def it():
        return 7

    assert it() == 7


def test_a_direct_call_with_a_context(dg):
    """`build_init_resource_context` gives config and resources to a direct call."""

    @dg.resource(config_schema={"size": int}, required_resource_keys={"base"})
    def it(context):
        return (context.resource_config, context.resources.base)

    context = dg.build_init_resource_context(config={"size": 1}, resources={"base": 4})
    assert it(context) == ({"size": 1}, 4)


def test_a_direct_call_of_a_context_manager(dg, log):
    """A context-manager resource called directly opens a `with`."""

    @dg.resource
    @contextlib.contextmanager
    def it(context):
        log.append("open")
        yield 5
        log.append("close")

    with it(dg.build_init_resource_context()) as value:
        log.append(value)
    assert log == ["open", 5, "close"]


def test_a_direct_call_that_lacks_its_context(dg):
    """A function of one argument needs one; a function of none takes none."""

    @dg.resource
    def one(context):
        return 1

    @dg.resource
    def none():
        return 1

    with pytest.raises(dg.DagsterInvalidInvocationError):
        one()
    with pytest.raises(dg.DagsterInvalidInvocationError):
        none(dg.build_init_resource_context())


def test_a_direct_call_with_wrong_config(dg):
    """A direct call holds the context's config to the schema."""

    @dg.resource(config_schema={"size": int})
    def it(context):
        return 1

    with pytest.raises(dg.DagsterInvalidConfigError):
        it(dg.build_init_resource_context(config={"size": "x"}))


def test_a_direct_call_that_lacks_a_resource(dg):
    """A direct call names a required key that the context does not give."""

    @dg.resource(required_resource_keys={"base"})
    def it(context):
        return 1

    with pytest.raises(dg.DagsterInvalidDefinitionError, match="base"):
        it(dg.build_init_resource_context())


def test_build_init_resource_context_opens_by_with_only(dg, log):
    """Resources with a life cycle are open inside `with`; outside it, reading them raises."""

    @dg.resource
    def base():
        log.append("open")
        yield 5
        log.append("close")

    @dg.resource(required_resource_keys={"base"})
    def it(context):
        return context.resources.base

    with dg.build_init_resource_context(resources={"base": base}) as context:
        assert it(context) == 5
    assert log == ["open", "close"]
    with pytest.raises(dg.DagsterInvariantViolationError):
        _ = dg.build_init_resource_context(resources={"base": base}).resources.base


def test_build_init_resource_context_tells_what_it_holds(dg):
    """A hand-made context has its config, and resources as attributes; an unknown one raises."""
    context = dg.build_init_resource_context(config={"a": 1}, resources={"base": 3})
    assert context.resource_config == {"a": 1}
    assert context.resources.base == 3
    with pytest.raises(dg.DagsterUnknownResourceError):
        _ = context.resources.nobody


def test_replace_config(dg):
    """`replace_config` is a copy of the context with another config."""
    context = dg.build_init_resource_context(config={"a": 1})
    assert context.replace_config({"a": 2}).resource_config == {"a": 2}


def test_a_direct_call_with_none(dg):
    """None is a context that has neither config nor resources; what needs some is refused."""

    @dg.resource
    def plain(context):
        return context.resource_config

    @dg.resource(config_schema={"size": dg.Field(int, default_value=5)})
    def with_default(context):
        return context.resource_config

    @dg.resource(config_schema={"size": int})
    def with_config(context):
        return 1

    @dg.resource(required_resource_keys={"base"})
    def with_resource(context):
        return 1

    assert plain(None) is None
    assert with_default(None) == {"size": 5}
    for definition in (with_config, with_resource):
        with pytest.raises(dg.DagsterInvalidInvocationError):
            definition(None)


def test_a_direct_call_of_a_configured_one(dg):
    """Config given by `configured` is checked in a direct call, also if no context is given."""

    @dg.resource(config_schema={"url": str})
    def api(context):
        return context.resource_config["url"]

    assert api.configured({"url": "u"})(None) == "u"
    for context in (None, dg.build_init_resource_context()):
        for wrong in ({"url": 3}, {"adress": "u"}):
            with pytest.raises(dg.DagsterInvalidConfigError):
                api.configured(wrong)(context)


def test_a_direct_call_with_the_context_by_name(dg):
    """The context may be passed by the name of its parameter, and by no other."""

    @dg.resource
    def it(init_context):
        return isinstance(init_context, dg.InitResourceContext)

    assert it(init_context=dg.build_init_resource_context()) is True
    with pytest.raises(dg.DagsterInvalidInvocationError):
        it(context=dg.build_init_resource_context())


def test_direct_calls_of_the_ready_made(dg):
    """`hardcoded_resource`, `none_resource` and `mock_resource` are called with a context, or None."""
    made = dg.ResourceDefinition
    assert made.hardcoded_resource(1)(None) == 1
    assert made.none_resource()(dg.build_init_resource_context()) is None
    assert made.mock_resource()(None).anything() is not None
    assert isinstance(dg.mem_io_manager(None), dg.InMemoryIOManager)
    with pytest.raises(dg.DagsterInvalidInvocationError):
        made.hardcoded_resource(1)()


def test_without_schema_and_config_there_is_none(dg, opened):
    """A function without `config_schema` finds None as config, unless it is given some."""

    @dg.resource
    def it(context):
        return context.resource_config

    assert opened(it) is None
    assert opened(it, {"a": 1}) == {"a": 1}


def test_an_empty_config_is_none_where_none_may_be(dg):
    """A direct call without config gives None to a `Noneable` schema, and an empty dict to a dict."""

    @dg.resource(config_schema=dg.Noneable(dict))
    def maybe(context):
        return context.resource_config

    @dg.resource(config_schema=dict)
    def always(context):
        return context.resource_config

    for context in (None, dg.build_init_resource_context()):
        assert maybe(context) is None
        assert always(context) == {}


def test_the_decorator_keeps_name_and_docstring(dg):
    """A definition has the function's `__name__` and `__doc__`; the docstring is its description by default."""

    @dg.resource
    def it(context):
        """A thing.

        It is long.
        """

    @dg.io_manager
    def kept(context):
        return dg.InMemoryIOManager()

    assert (it.__name__, kept.__name__) == ("it", "kept")
    assert it.description == "A thing.\n\nIt is long."
    assert it.__doc__.startswith("A thing.")
    assert dg.resource(description="Another.")(it.resource_fn).description == "Another."


# -- better on purpose -------------------------------------------------------------------------------------------------


def test_a_partial_serves_as_a_function(dg, opened, differs):
    """dagwire takes `functools.partial`; Dagster asks it for a name."""
    differs(
        lambda: opened(dg.ResourceDefinition(functools.partial(lambda context, size: size, size=3))),
        dagster=AttributeError,
        dagwire=3,
    )


def test_a_callable_object_serves_as_a_function(dg, opened, differs):
    """dagwire takes an object with `__call__`; Dagster asks it for a name."""

    class Make:
        def __call__(self, context):
            return 9

    differs(lambda: opened(dg.ResourceDefinition(Make())), dagster=AttributeError, dagwire=9)


@pytest.mark.parametrize("takes_context", [True, False])
def test_a_direct_call_of_a_generator_closes(dg, log, takes_context):
    """A generator called directly opens a `with`; dagwire runs the code after the yield, Dagster a `finally` alone."""

    def body():
        log.append("open")
        yield 5
        log.append("close")

    if takes_context:

        @dg.resource
        def it(context):
            yield from body()

        opened = it(dg.build_init_resource_context())
    else:

        @dg.resource
        def it():
            yield from body()

        opened = it()
    with opened as value:
        log.append(value)
    assert log == {"dagster": ["open", 5], "dagwire": ["open", 5, "close"]}[dg.__name__]
