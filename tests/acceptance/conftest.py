"""Three offices that know each other, each with the secretariat's lists and one project of Laos."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.desks import Desk, enrol

NewDesk = Callable[[str, str], Desk]


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APS_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def new_desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> NewDesk:
    def make(office: str, name: str) -> Desk:
        return Desk(tmp_path, office, name, lambda: str(capsys.readouterr().out))

    return make


@pytest.fixture
def house(new_desk: NewDesk) -> tuple[Desk, Desk, Desk]:
    asec, lao, khm = new_desk("ASEC", "asec"), new_desk("LA", "lao"), new_desk("KH", "khm")
    enrol(asec, lao, khm)
    return asec, lao, khm


@pytest.fixture
def asec(house: tuple[Desk, Desk, Desk]) -> Desk:
    return house[0]


@pytest.fixture
def lao(house: tuple[Desk, Desk, Desk]) -> Desk:
    return house[1]


@pytest.fixture
def khm(house: tuple[Desk, Desk, Desk]) -> Desk:
    return house[2]


@pytest.fixture
def project(asec: Desk, lao: Desk) -> str:
    """A project that the Lao office owns and the secretariat has too."""
    id = lao.new("project", code="P-1", title="Flood warning", budget="USD 1000")
    asec.merge(lao.export())
    return id
