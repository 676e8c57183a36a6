"""Dagster's resource system on a dependency-injector container, configured by pydantic-settings."""
