"""Finding definitions in modules and projects."""
