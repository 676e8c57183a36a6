"""Dagster, both ways: a container under a Dagster project, and Dagster's own resources in a container.

The only part of dagwire that imports Dagster.
"""

from dagwire.integrations.dagster.from_dagster import from_dagster
from dagwire.integrations.dagster.resources_for_dagster import resources_for_dagster
from dagwire.integrations.dagster.to_dagster import to_dagster

__all__ = ["from_dagster", "resources_for_dagster", "to_dagster"]
