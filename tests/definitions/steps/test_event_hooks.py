"""Hooks of events: `event_list_hook`, which Dagster keeps inside."""

import pytest

import dagwire as dg
from dagwire.errors import InvalidDefinitionError


def test_a_hook_of_events_by_name():
    """`event_list_hook` takes a name and asks for resources by key; its function gets the events of a step."""
    seen = []

    @dg.event_list_hook(name="watch", required_resource_keys={"slack"})
    def watching(context, event_list):
        seen.append((context.resources.slack, any(event.is_step_success for event in event_list)))
        return dg.HookExecutionResult("watch", is_skipped=False)

    @dg.op
    def one():
        return 1

    @dg.job(resource_defs={"slack": dg.ResourceDefinition.hardcoded_resource("slack")}, hooks={watching})
    def steps():
        one()

    steps.execute_in_process()
    assert seen == [("slack", True)]
    assert repr(watching) == "HookDefinition(watch)"


def test_a_hook_of_events_without_a_list():
    """A function that does not take a context and a list is refused."""
    with pytest.raises(InvalidDefinitionError, match="the list of events"):

        @dg.event_list_hook
        def watching(context): ...
