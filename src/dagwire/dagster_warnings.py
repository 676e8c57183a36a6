"""Dagster's warnings, so that filters for them go on working. dagwire issues the last one alone."""


class PreviewWarning(Warning):
    """A part of Dagster's interface may still change, or go."""


class BetaWarning(Warning):
    """A part of Dagster's interface may still change."""


class SupersessionWarning(FutureWarning):
    """A part of Dagster's interface has a successor."""


class ConfigArgumentWarning(SyntaxWarning):
    """A parameter of an op or asset is annotated as config, and its name is not `config`."""
