"""The types of inputs and outputs, the checks of their values, and the loaders that make values of config."""
