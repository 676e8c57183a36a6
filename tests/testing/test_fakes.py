"""`fake` makes a stand-in that cannot have attributes that the real class lacks."""

import asyncio
from typing import Protocol

import pytest
from dependency_injector import containers, providers

from dagwire import ConfigurableResource, ResourceProvider, build_resources, override
from dagwire.errors import UnknownNameError
from dagwire.testing import fake


class Mailer(ConfigurableResource):
    host: str
    port: int = 25
    to: list[str] = []

    def setup_for_execution(self, context):
        raise AssertionError("a fake is never opened")

    def send(self, text: str, *, loud: bool = False) -> str:
        return text

    async def wait(self) -> int:
        return 1

    @property
    def url(self) -> str:
        return f"smtp://{self.host}"


class Clock(Protocol):
    zone: str

    def now(self) -> float: ...


def test_methods():
    """A method returns what is given, raises it, or calls it; its calls can be asserted."""
    assert fake(Mailer, send="kept").send("hello") == "kept"
    with pytest.raises(ConnectionError, match="down"):
        fake(Mailer, send=ConnectionError("down")).send("hello")
    mailer = fake(Mailer, send=lambda text, *, loud=False: text.upper())
    assert mailer.send("hello") == "HELLO"
    mailer.send.assert_called_once_with("hello")


def test_coroutines():
    """A method that is a coroutine function stays one."""
    assert asyncio.run(fake(Mailer, wait=7).wait()) == 7


@pytest.mark.parametrize("call", ["mailer.send()", "mailer.send('a', 'b')", "mailer.send('a', quick=True)"])
def test_another_signature_fails(call):
    """Arguments that the real method would not take are not taken."""
    with pytest.raises(TypeError):
        eval(call, {"mailer": fake(Mailer)})  # noqa: S307  # of the three above


def test_what_the_class_lacks_fails():
    """To call, to set, and to give."""
    mailer = fake(Mailer)
    with pytest.raises(AttributeError):
        mailer.sent("hello")
    with pytest.raises(AttributeError):
        mailer.sent = 1
    with pytest.raises(UnknownNameError, match=r"method or field 'sned' of Mailer\. Did you mean 'send'"):
        fake(Mailer, sned="kept")


def test_fields():
    """A fake's fields have the values given, or else their defaults, which no two fakes share."""
    mailer = fake(Mailer, host="nowhere", url="smtp://elsewhere")
    assert (mailer.host, mailer.port, mailer.to, mailer.url) == ("nowhere", 25, [], "smtp://elsewhere")
    mailer.to.append("Ann")
    assert fake(Mailer).to == []


def test_a_field_that_was_not_given():
    """A field without a value or a default raises when it is read."""
    with pytest.raises(AttributeError, match="host"):
        _ = fake(Mailer).host


def test_a_protocol():
    """A protocol can be faked: code may ask for a class that is not a resource."""
    clock = fake(Clock, now=17.0, zone="UTC")
    assert (clock.now(), clock.zone) == (17.0, "UTC")


def test_it_overrides():
    """A fake is an instance of the class, is never opened, and may be nested in another resource."""

    class Office(ConfigurableResource):
        mailer: Mailer

        def say(self):
            return self.mailer.send("hello")

    container = containers.DynamicContainer()
    container.mailer = ResourceProvider(Mailer, host="real")
    container.office = ResourceProvider(Office, mailer=container.mailer)
    mailer = fake(Mailer, send="kept")
    with override(container, mailer=mailer), build_resources(container) as resources:
        assert resources.mailer is mailer
        assert isinstance(resources.mailer, Mailer)
        assert resources.office.say() == "kept"


def test_it_stands_in_a_provider():
    """As the object of a provider, too."""
    assert providers.Object(fake(Mailer, send="kept"))().send("hello") == "kept"
