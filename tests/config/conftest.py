"""Fixtures of the tests of config."""

import pytest

from dagwire import ConfigurableResource


@pytest.fixture
def resource_of_size():
    """A resource class of one number."""

    class Sized(ConfigurableResource):
        size: int

    return Sized
