"""Three offices that believe each other, for all attacks of a module."""

from collections.abc import Iterator

import pytest

from aps_desktop.services import backup
from tests.attacks.scene import Scene
from tests.three_offices import Offices, three_offices


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offices]:
    folder = tmp_path_factory.mktemp("attacks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APS_DATA_DIR", str(folder / "data"))
        patch.setattr(backup, "before", lambda *_: None)
        offices = three_offices(folder)
        yield offices
        offices.close()


@pytest.fixture(scope="module")
def scene(three: Offices) -> Iterator[Scene]:
    made = Scene(three)
    yield made
    made.laptop.close()
    made.maker.close()
