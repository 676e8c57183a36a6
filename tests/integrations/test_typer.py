"""Typer and Click need no module of their own: `inject` alone serves them."""

import sys
from typing import Annotated

import click
import pytest
import typer
from click.testing import CliRunner
from dependency_injector import containers
from dependency_injector.wiring import Provide
from typer.testing import CliRunner as TyperRunner

from dagwire import ResourceProvider, inject, override, process_scope

log: list[str] = []


@pytest.fixture(autouse=True)
def _fresh_log():
    log.clear()


def pool():
    log.append("open pool")
    yield "pool"
    log.append("close pool")


def session(pool):
    log.append("begin")
    try:
        yield "session"
    except BaseException as error:
        log.append(f"roll back for {type(error).__name__}")
        raise
    log.append("commit")


class Application(containers.DeclarativeContainer):
    pool = ResourceProvider(pool).set_lifetime("process")
    session = ResourceProvider(session, pool)


application = Application()
Session = Annotated[str, Provide[Application.session]]


@inject(resources=application)
def greet(word: str, session: Session, times: int = 1) -> None:
    """Greet somebody."""
    typer.echo(f"{word * times} {session}")
    if word == "exit":
        sys.exit(3)


@pytest.fixture(params=["typer", "click"])
def invoke(request):
    if request.param == "typer":
        app = typer.Typer()
        app.command()(greet)
        return lambda *args: TyperRunner().invoke(app, args)
    command = click.command(click.argument("word")(click.option("--times", default=1)(greet)))
    return lambda *args: CliRunner().invoke(command, args)


def test_a_command_is_a_run_scope(invoke):
    """A command asks its user for its other parameters alone, and its resources are opened for the call."""
    result = invoke("hi", "--times", "2")
    assert result.output == "hihi session\n"
    assert log == ["open pool", "begin", "commit", "close pool"]
    assert "session" not in invoke("--help").output


def test_an_exit_reaches_the_resources(invoke):
    """An exit of the command reaches its resources."""
    assert invoke("exit").exit_code == 3
    assert log == ["open pool", "begin", "roll back for SystemExit"]


def test_an_override(invoke):
    """An override around the call holds."""
    with override(application, session="fake"):
        assert invoke("hi").output == "hi fake\n"


def test_a_process_scope_of_all_commands():
    """A callback that opens the process scope in Click's own context has it closed when the command ends."""
    app = typer.Typer()

    @app.callback()
    def begin(context: typer.Context) -> None:
        context.with_resource(process_scope(application))

    @app.command()
    def twice() -> None:
        greet("a")
        greet("b")

    result = TyperRunner().invoke(app, ["twice"])
    assert result.output == "a session\nb session\n"
    assert log == ["open pool", "begin", "commit", "begin", "commit", "close pool"]
