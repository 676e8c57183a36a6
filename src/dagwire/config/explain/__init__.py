"""The origin of each value, and what it overrides."""
