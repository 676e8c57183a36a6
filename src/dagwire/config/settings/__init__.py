"""Settings as a provider, and the errors of their sources."""
