"""Config in files, and the config of a run."""
