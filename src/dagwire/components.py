"""Dagster's module of components: the loaders that need no components."""

from dagwire.definitions.loading.load_defs import load_defs, load_from_defs_folder

__all__ = ["load_defs", "load_from_defs_folder"]
