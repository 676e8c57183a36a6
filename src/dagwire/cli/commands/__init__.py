"""The commands, a module each: what is `dagwire NAME` on the command line is `dagwire.cli.commands.NAME` here."""
