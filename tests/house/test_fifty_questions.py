"""Fifty rules and the files that hold them: what a newcomer who knows the docs and the list of files should guess.

The questions were answered by somebody who had read no code. Whoever moves a rule
changes its line.
"""

from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src" / "dagwire"

FILE_BY_RULE = {
    "Which of a test's, a run's, a definition's and a profile's overrides wins": "containers/effective_replacements.py",
    "Resources are closed in reverse, and every close runs although one fails": "resources/life_cycle.py",
    "A run opens a private copy of what it must have to itself": "containers/private_copies.py",
    "A Selector is asked for its branch once a scope": "containers/selectors.py",
    "The key of a resource in a nested container is a path with dots": "containers/keys.py",
    "A process-lived resource that depends on one of a run is refused": "containers/lifetime.py",
    "What lives for one step is closed when the step ends": "containers/step_scopes.py",
    "An override holds in this thread or task alone": "containers/overrides.py",
    "One option of a Configuration is overridden and the others stay": "containers/option_overrides.py",
    "A wrong attribute of `settings.provided` is found without calling anything": "containers/provider_checks.py",
    "Two threads build a shared Singleton once": "containers/singletons.py",
    "dependency-injector's own Resource is owned by a run scope": "containers/resource_adapter.py",
    "Health of all resources is asked side by side": "containers/check_health.py",
    "Which fields are secret, and the mask in place of them": "config/values/secrecy.py",
    "A password within a connection string is masked by its form": "credentials.py",
    "An EnvVar is read when a run starts": "config/values/env_var.py",
    "An enum in run config goes by its member's name": "config/values/launch_form.py",
    "Nesting and aliases of config files are bounded": "config/values/size_limits.py",
    "Which variable names set a nested setting": "config/values/variable_names.py",
    "A misspelt variable that no setting reads is a warning": "config/settings/unread_names.py",
    "Missing settings are reported by the variables that set them": "config/settings/settings_error.py",
    "Where a value came from, with file and line": "config/explain/places_in_sources.py",
    "A commented .env with every variable": "config/explain/env_template.py",
    "DAGWIRE_ENV picks the environment": "config/environments/environment.py",
    "A duplicate key or broken line of a YAML file is reported by line": "config/files/parsers.py",
    "Partitions of time exist from the end of their window on": "definitions/partitions/time_window_partitions.py",
    "A partition takes the upstream windows that overlap it": "definitions/partitions/time_window_mapping.py",
    "Cron lines are read and checked": "definitions/partitions/cron.py",
    "Valid names of assets, ops and jobs": "definitions/specs/valid_names.py",
    "Tags, owners and groups of assets are checked": "definitions/specs/valid_attributes.py",
    "The text `key:raw+ and not tag:x` becomes a selection": "definitions/assets/selection_text.py",
    "The delay before the next attempt of a failed step grows": "definitions/specs/retries.py",
    "Parameters of a function are sorted into context, config, resources and inputs": "definitions/steps/signature.py",
    "A value is checked against the declared type": "definitions/steps/type_checks.py",
    "The order in which steps are ready": "definitions/ops/topological_sorter.py",
    "Each value of a dynamic output has a step of its own": "definitions/ops/dynamic_mapping.py",
    "Calling an op in a job's body places it": "definitions/ops/composition.py",
    "The next times at which a schedule is due": "definitions/automation/due_times.py",
    "A tick is evaluated once and gives run requests": "definitions/automation/tick.py",
    "Assets are collected from modules": "definitions/loading/load_assets.py",
    "What a check of all definitions finds without opening anything": "definitions/check_definitions.py",
    "What an asset's body returned becomes materializations": "execution/asset_outcomes.py",
    "Steps run side by side in threads": "execution/executors.py",
    "A run's config is merged over the job's": "execution/effective_run_config.py",
    "A test calls an asset directly": "execution/direct_calls.py",
    "Exit codes of the command line": "cli/exit_codes.py",
    "Ctrl-C, SIGTERM and SIGHUP close everything": "cli/signals.py",
    "File names made of partition keys never leave their folder": "resources/file_names.py",
    "A test that leaves a resource open fails": "testing/leaks.py",
    "The nearest name in 'Did you mean'": "suggestions.py",
}


def test_there_are_fifty():
    """Fewer would be an easier test of the names."""
    assert len(FILE_BY_RULE) == 50


@pytest.mark.parametrize(("rule", "file"), FILE_BY_RULE.items())
def test_the_file_of_a_rule_is_where_it_was(rule, file):
    """A file that is renamed takes its rules along in this list."""
    assert (PACKAGE / file).is_file(), f"{rule}: no such file any more"
