"""The context of a step, reached from the IO manager that serves the step."""

import pytest


@pytest.mark.parametrize("kind", ["AssetExecutionContext", "OpExecutionContext"])
def test_io_managers_reach_the_context(dg, kind):
    """While an IO manager stores or loads a value, `get` returns the context of the step that it serves."""
    seen = []

    class Memory(dg.IOManager):
        def handle_output(self, context, obj):
            seen.append(("store", getattr(dg, kind).get().op_def.name))

        def load_input(self, context):
            seen.append(("load", getattr(dg, kind).get().op_def.name))

    if kind == "AssetExecutionContext":

        @dg.asset
        def first():
            return 1

        @dg.asset
        def second(first):
            return 2

        dg.materialize([first, second], resources={"io_manager": Memory()})
    else:

        @dg.op(name="first")
        def first_op():
            return 1

        @dg.op(name="second")
        def second_op(value):
            return 2

        @dg.job(resource_defs={"io_manager": dg.IOManagerDefinition.hardcoded_io_manager(Memory())})
        def both():
            second_op(first_op())

        both.execute_in_process()
    assert seen == [("store", "first"), ("load", "second"), ("store", "second")]
