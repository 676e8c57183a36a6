"""The outside world, one file for each system: API and local server, object store, warehouse, dashboard."""
