"""Dagster's config schemas."""
