"""`python -m dagwire.cli`: the command line, where no script is installed."""

from dagwire.cli import main

main()
