"""A project of Dagster's, and the five lines that put a container under it.

`project.py` is the project as it was; `with_a_container.py` changes where its resources come from, and nothing else.
"""
