"""`python -m dagwire.cli`: the command line by the name of its room, as scripts and old pages have it."""

from dagwire.cli import main

main()
