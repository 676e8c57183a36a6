"""Where each value came from, and what it overrides."""
