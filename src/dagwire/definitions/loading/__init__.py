"""How definitions are found in modules and projects."""
