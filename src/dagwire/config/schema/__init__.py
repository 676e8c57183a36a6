"""`Config`, and Dagster's config types."""
