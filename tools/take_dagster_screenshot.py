"""Draws docs/images/dagster-resource.png: Dagster's page of a resource of the application. Needs Chromium."""

import tempfile
from pathlib import Path

from tests.systems.browser import take_screenshot
from tests.systems.dagster_pages import serving

ROOT = Path(__file__).parents[1]
SETTINGS = {
    "APP_API__BASE_URL": "https://api.example.com/flights",
    "APP_API__KEY": "not shown",
    "APP_API__PAGE_SIZE": "4000",
}


def main() -> None:
    """Start Dagster on the application, and draw the page."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), ROOT, **SETTINGS) as pages:
        page = f"{pages.url}/locations/__repository__@{pages.location}/resources/api"
        take_screenshot(page, ROOT / "docs" / "images" / "dagster-resource.png", size=(1400, 1150))


if __name__ == "__main__":
    main()
