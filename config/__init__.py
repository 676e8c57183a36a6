"""Every value of the application that may differ from one place to another."""
