"""The history of runs in one SQLite file, which the command line writes and reads."""
