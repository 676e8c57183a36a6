"""Small data, as the tests of the application have it."""

from tests.app.conftest import small_data, small_database

__all__ = ["small_data", "small_database"]
