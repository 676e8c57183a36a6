"""Dagster's warnings, so that filters for them go on working. dagwire issues none of them."""


class PreviewWarning(Warning):
    """A part of Dagster's interface may still change, or go."""


class BetaWarning(Warning):
    """A part of Dagster's interface may still change."""


class SupersessionWarning(FutureWarning):
    """A part of Dagster's interface has a successor."""


class ConfigArgumentWarning(SyntaxWarning):
    """An argument of an op or asset looks like config, and has no annotation."""
