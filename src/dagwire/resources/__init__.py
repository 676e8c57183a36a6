"""Recipes: how a value becomes a live thing, and how it ends."""
