"""A module that cannot be imported, as a vendor's client whose own needs are not installed."""

import nowhere_to_be_found  # noqa: F401
