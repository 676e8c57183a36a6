"""Five steps from one resource to an application with tests; each file is one step, and can be run alone."""
