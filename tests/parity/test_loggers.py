"""Loggers: `context.log`, `get_dagster_logger`, and loggers that run config turns on."""

import logging

import pytest


@pytest.fixture
def written():
    """The records that reached the logger of a test: `[(level, message)]`."""
    return []


@pytest.fixture
def keeping(dg, written):
    """A logger definition that keeps its records, those of its level and above."""

    class Keep(logging.Handler):
        def emit(self, record):
            written.append(record)

    @dg.logger(config_schema={"level": dg.Field(str, default_value="INFO")}, description="Keeps records.")
    def keep(init_context):
        kept = logging.Logger("keep", init_context.logger_config["level"])  # noqa: LOG001  # one of its own for each run
        kept.addHandler(Keep())
        return kept

    return keep


@pytest.fixture
def chatty(dg):
    """A job, to be made with loggers, whose op logs at all levels."""

    @dg.op
    def talk(context):
        context.log.debug("quiet")
        context.log.info("hello %s", "you", extra={"colour": "red"})
        context.log.warning("careful")
        context.log.log("ERROR", "by name")
        dg.get_dagster_logger("part").warning("from a module")

    def make(**options):
        def body():
            talk()

        return dg.job(name="chatty", **options)(body)

    return make


@pytest.fixture
def without_logging(monkeypatch):
    """A program that has not set up logging, whatever tests before this one have left."""
    for logger in (logging.getLogger(), logging.getLogger("dagwire")):
        monkeypatch.setattr(logger, "handlers", [])


OWN = ("quiet", "hello you", "careful", "by name", "from a module")


def own(written):
    """The lines that the op logged itself."""
    lines = [(record.levelname, record.getMessage().split(" - ")[-1]) for record in written]
    return [line for line in lines if line[1] in OWN]


def test_a_logger_is_used_if_config_names_it(chatty, keeping, written):
    """A job's loggers are silent until run config names them; the level of the config holds."""
    job = chatty(logger_defs={"keep": keeping})
    job.execute_in_process()
    assert written == []
    job.execute_in_process(run_config={"loggers": {"keep": {"config": {"level": "WARNING"}}}})
    assert own(written) == [("WARNING", "careful"), ("ERROR", "by name"), ("WARNING", "from a module")]


def test_the_default_config_of_a_logger(chatty, keeping, written):
    """An empty entry turns a logger on with the defaults of its config."""
    chatty(logger_defs={"keep": keeping}).execute_in_process(run_config={"loggers": {"keep": {}}})
    assert own(written)[0] == ("INFO", "hello you")


def test_lines_name_their_run(chatty, keeping, written):
    """A line begins with job, run and step; `extra` and the facts of the run are attributes of the record."""
    result = chatty(logger_defs={"keep": keeping}).execute_in_process(run_config={"loggers": {"keep": {}}})
    record = next(one for one in written if "hello" in one.getMessage())
    assert record.getMessage() == f"chatty - {result.run_id} - talk - hello you"
    assert record.colour == "red"
    meta = record.dagster_meta
    assert (meta["run_id"], meta["job_name"], meta["step_key"]) == (result.run_id, "chatty", "talk")
    assert meta["orig_message"] == "hello you"


def test_events_in_a_logger(dg, keeping, written):
    """A logger that config names gets the events of the run: a failed step as an error."""

    @dg.op
    def fails():
        raise ValueError

    @dg.job(logger_defs={"keep": keeping})
    def failing():
        fails()

    failing.execute_in_process(run_config={"loggers": {"keep": {}}}, raise_on_error=False)
    assert any(one.levelname == "ERROR" and "STEP_FAILURE" in one.getMessage() for one in written)


@pytest.mark.parametrize(
    "section", [{"keep": {"config": {"level": 3}}}, {"other": {}}, {"keep": {"level": "INFO"}}], ids=str
)
def test_config_of_loggers_is_checked(dg, chatty, keeping, section):
    """A logger that does not exist, and config that does not fit, are invalid config."""
    with pytest.raises(dg.DagsterInvalidConfigError):
        chatty(logger_defs={"keep": keeping}).execute_in_process(run_config={"loggers": section})


def test_the_console(chatty, capfd):
    """A job without loggers has `console`, which writes to the terminal at the level of its config."""
    chatty().execute_in_process(run_config={"loggers": {"console": {"config": {"log_level": "WARNING"}}}})
    err = capfd.readouterr().err
    assert "chatty" in err
    assert "careful" in err
    assert "hello" not in err


@pytest.mark.usefixtures("without_logging")
def test_lines_without_loggers(chatty, capfd):
    """Without `loggers` in run config every line of a body goes to standard error, with job, run and step."""
    result = chatty().execute_in_process()
    err = capfd.readouterr().err
    for level, text in [("DEBUG", "quiet"), ("INFO", "hello you"), ("ERROR", "by name"), ("WARNING", "from a module")]:
        assert f" - {level} - chatty - {result.run_id} - talk - {text}\n" in err


@pytest.mark.usefixtures("without_logging")
def test_lines_outside_runs(dg, capfd):
    """Contexts built by hand, sensors, schedules and resources log to standard error, too."""

    class Noisy(dg.ConfigurableResource):
        def setup_for_execution(self, context):
            context.log.info("from a resource")

    @dg.sensor(job_name="any")
    def watch(context):
        context.log.info("from a sensor")

    @dg.schedule(job_name="any", cron_schedule="* * * * *")
    def rhythm(context):
        context.log.info("from a schedule")
        return dg.RunRequest()

    dg.build_op_context().log.info("from a context")
    watch(dg.build_sensor_context())
    rhythm(dg.build_schedule_context())
    with dg.build_resources({"noisy": Noisy()}):
        err = capfd.readouterr().err
    for text in ("context", "sensor", "schedule", "resource"):
        assert f"from a {text}\n" in err


def test_events_without_loggers(chatty, capfd, differs):
    """Events are written only if run config names a logger; Dagster writes them to the terminal in any case."""
    chatty().execute_in_process()
    differs(lambda: "RUN_SUCCESS" in capfd.readouterr().err, dagster=True, dagwire=False)


def test_loggers_of_definitions(dg, chatty, keeping, written):
    """The loggers of `Definitions` serve jobs that have none of their own."""
    defs = dg.Definitions(jobs=[chatty()], loggers={"keep": keeping})
    defs.resolve_job_def("chatty").execute_in_process(run_config={"loggers": {"keep": {}}})
    assert ("INFO", "hello you") in own(written)


def test_loggers_of_a_job_of_a_graph(dg, keeping, written):
    """`to_job(logger_defs=)` gives a graph's job loggers."""
    talk = dg.op(name="talk")(lambda context: context.log.info("careful"))

    @dg.graph
    def talking():
        talk()

    talking.to_job(logger_defs={"keep": keeping}).execute_in_process(run_config={"loggers": {"keep": {}}})
    assert own(written) == [("INFO", "careful")]


def test_resources_and_hooks_log_to_the_run(dg, keeping, written):
    """The `log` of resources and hooks writes to the loggers of the run, too."""

    class Noisy(dg.ConfigurableResource):
        def setup_for_execution(self, context):
            context.log.info("careful")

    def body(noisy):
        del noisy

    body.__annotations__ = {"noisy": Noisy}
    use = dg.op(name="use")(body)

    @dg.success_hook
    def after(context):
        context.log.warning("by name")

    @dg.job(logger_defs={"keep": keeping}, resource_defs={"noisy": Noisy()}, hooks={after})
    def using():
        use()

    using.execute_in_process(run_config={"loggers": {"keep": {}}})
    assert own(written) == [("INFO", "careful"), ("WARNING", "by name")]


def test_the_logger_of_a_module(dg, caplog):
    """`get_dagster_logger` is a logger of the standard library, below "dagster.builtin"."""
    assert dg.get_dagster_logger().name == "dagster.builtin"
    assert dg.get_dagster_logger("part") is logging.getLogger("dagster.builtin.part")
    with caplog.at_level(logging.INFO):
        dg.get_dagster_logger("part").info("seen")
    assert "seen" in caplog.messages


@pytest.mark.filterwarnings("error")
def test_the_log_of_a_context_by_hand(dg):
    """The log of a context takes all levels, an exception, a level by name, and a keyword `extra`."""
    log = dg.build_op_context().log
    assert log.log(logging.INFO, "x") is None
    assert log.log("INFO", "x") is None
    assert log.critical("x", extra={"a": 1}) is None
    try:
        int("x")
    except ValueError:
        log.exception("failed")
    assert dg.build_init_resource_context().log.info("x") is None


def test_a_direct_call_of_a_logger(dg, keeping):
    """A logger definition is called with a context or None; its config is checked and has defaults."""
    context = dg.build_init_logger_context(logger_config={"level": "DEBUG"})
    assert context.logger_config == {"level": "DEBUG"}
    assert keeping(context).level == logging.DEBUG
    assert keeping(None).level == logging.INFO
    assert keeping(init_context=dg.build_init_logger_context()).level == logging.INFO
    with pytest.raises(dg.DagsterInvalidConfigError):
        keeping(dg.build_init_logger_context(logger_config={"level": 3}))
    with pytest.raises(dg.DagsterInvalidInvocationError):
        keeping()


def test_a_logger_with_config_of_its_own(dg, keeping):
    """`configured` gives a logger definition its config."""
    assert keeping.configured({"level": "ERROR"})(dg.build_init_logger_context()).level == logging.ERROR


def test_the_context_of_a_logger(dg, chatty):
    """The function of a logger sees its config, its definition, the job and the run's id."""
    seen = []

    @dg.logger
    def looks(context):
        seen.append((context.logger_def is looks, context.job_def.name, context.run_id))
        return logging.getLogger("looks")

    result = chatty(logger_defs={"looks": looks}).execute_in_process(run_config={"loggers": {"looks": {}}})
    assert set(seen) == {(True, "chatty", result.run_id)}
    assert dg.build_init_logger_context(job_def=chatty()).job_def.name == "chatty"


@pytest.mark.parametrize("name", ["colored_console_logger", "json_console_logger"])
def test_console_loggers(dg, name):
    """The console loggers are definitions whose level and name are config."""
    definition = getattr(dg, name)
    assert isinstance(definition, dg.LoggerDefinition)
    made = definition(dg.build_init_logger_context(logger_config={"log_level": "ERROR", "name": "mine"}))
    assert (made.name, made.level) == ("mine", logging.ERROR)


def test_the_default_loggers(dg):
    """`default_loggers` has the console alone."""
    assert list(dg.default_loggers()) == ["console"]


def test_json_lines(dg, chatty, capfd):
    """The JSON logger writes one object a line."""
    job = chatty(logger_defs={"json": dg.json_console_logger})
    job.execute_in_process(run_config={"loggers": {"json": {"config": {"log_level": "ERROR"}}}})
    line = next(line for line in capfd.readouterr().err.splitlines() if "by name" in line)
    assert line.startswith("{")
    assert '"levelname": "ERROR"' in line


def test_what_is_no_logger(dg, chatty):
    """A job's loggers are definitions; anything else is refused."""
    with pytest.raises(Exception, match="ogger"):
        chatty(logger_defs={"keep": logging.getLogger("x")})
    del dg


def test_an_exception_in_a_json_line(dg, capfd):
    """The JSON logger writes the traceback of an exception under "exc_info"."""
    made = dg.json_console_logger(dg.build_init_logger_context(logger_config={"name": "json lines"}))
    try:
        int("x")
    except ValueError:
        made.exception("failed")
    assert "invalid literal for int()" in capfd.readouterr().err


def test_a_log_with_more_tags(dg):
    """`with_tags` of a log returns a log; the level of a log that is not one raises."""
    log = dg.build_op_context().log
    assert log.with_tags(colour="red").info("x") is None
    assert log.isEnabledFor(logging.CRITICAL)
    with pytest.raises(Exception, match="LOUD"):
        log.log("LOUD", "x")


def test_a_logger_is_called_with_a_context(dg, keeping):
    """A logger definition refuses what is not a context."""
    with pytest.raises(Exception, match="context"):
        keeping({"level": "INFO"})
