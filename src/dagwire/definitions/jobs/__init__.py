"""Jobs, the graph of assets, and what a run is asked for."""
