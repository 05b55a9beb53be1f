"""One demo hub for all browser tests that leave it alive; tests that kill processes start their own."""

from collections.abc import Iterator

import pytest

from tests.kit.demo import DemoHub, demo_hub


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoHub]:
    """A live demo with four simulated rooms."""
    with demo_hub(tmp_path_factory.mktemp("browser") / "data") as hub:
        yield hub
