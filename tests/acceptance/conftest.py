"""Three offices that know each other (`house`), by name, and one project of Laos."""

import pytest

from tests.acceptance.desks import Desk


@pytest.fixture(autouse=True)
def its_own_data(own_data: None) -> None:
    """Every test here has one."""


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
