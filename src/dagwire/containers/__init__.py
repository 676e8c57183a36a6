"""A graph of providers; for a run, a private copy of the part that the run needs."""
