"""Run config that the history keeps for the run that goes on with it."""

import json

from dagwire.cli.kept_config import kept, restored
from dagwire.config.values.launch_form import UntypedText


def test_text_of_the_command_line_stays_what_it_is() -> None:
    """It is read as the field's type asks for, then as now; text of a file stays text."""
    config = {"ops": {"rows": {"config": {"most": UntypedText("3"), "names": ["a", UntypedText("b")], "none": None}}}}
    read = restored(json.loads(json.dumps(kept(config))))["ops"]["rows"]["config"]
    assert read == {"most": "3", "names": ["a", "b"], "none": None}
    assert [type(value) for value in (read["most"], *read["names"])] == [UntypedText, str, UntypedText]
