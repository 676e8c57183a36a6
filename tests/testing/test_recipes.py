"""Every test on docs/testing.md is run by pytest with the plugin."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "testing.md"


def test_the_recipes(pytester):
    """The page's blocks form one module of tests, and each test in it passes."""
    source = "\n\n".join(
        re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    )
    pytester.makepyprojecttoml("""
        [tool.dagwire]
        definitions = "test_page:defs"

        [tool.pytest]
        strict = true
        filterwarnings = ["error"]
    """)
    pytester.makepyfile(test_page=source)
    result = pytester.runpytest_inprocess("-pno:randomly", "-pno:asyncio", "-pno:run-parallel")
    result.assert_outcomes(passed=len(re.findall(r"def test_", source)))
