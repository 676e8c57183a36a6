"""`python -m dagwire`: the command line, where no script is installed."""

from dagwire.cli import main

main()
