"""Records of the shipped lists, which every office has from the start, edited apart."""

from tests.acceptance.desks import Desk, converged, exchange


def test_a_name_changed_here_and_again_by_a_merge(asec: Desk, lao: Desk) -> None:
    """The name is in the index of titles, waits there to be taken in again, and changes."""
    asec.put("body", "ACB", name="Biodiversity centre")
    asec.put("body", "ACC", name="Coordinating council")
    lao.merge(asec.export())
    lao.put("body", "ACB", name="Centre for biodiversity")
    asec.merge(lao.export())
    assert asec.get("body", "ACB")["name"] == "Centre for biodiversity"
    for desk in (asec, lao):
        assert desk.done("search", "centre for biod")[0]["title"] == "Centre for biodiversity"
    exchange(asec, lao)
    converged(asec, lao)
