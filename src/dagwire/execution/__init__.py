"""A plan, a run, a result."""
