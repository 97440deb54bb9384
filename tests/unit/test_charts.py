"""Charts as drawn: nothing is cut off, what is pointed at is where it is seen, files are whole."""

import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import font_manager

from aps_desktop.charts import child, draw, state_map, style
from aps_desktop.charts.ink import Text
from aps_desktop.charts.sheet import (
    Sheet,
    fitted,
    measure,
    most_that_fit,
    told_apart,
    wrapped,
)
from aps_desktop.cli import main as command_line
from aps_desktop.db.engine import Database
from aps_desktop.services import dashboards, demo, offices
from aps_desktop.services.chart_data import (
    Bar,
    Bars,
    Body,
    Cell,
    Columns,
    Flow,
    Flows,
    Head,
    Heat,
    Line,
    Lines,
    Map,
    Node,
    Nothing,
    Part,
    Place,
    Span,
    Timeline,
    Wing,
    Wings,
    places,
)
from aps_desktop.services.dashboard_selection import Selection
from aps_desktop.services.dashboard_words import money, percent, ticks

HEAD = Head("Disbursement lags commitment by USD 3.1 m", "US dollars", "Source: records")
SIZES = ((1000, 620), (540, 340), (320, 260))


def forms(many: int) -> list[Body]:
    """Every form with so many rows; names as long as officers write them."""
    name = "ASEAN Coordinating Centre for Humanitarian Assistance on disaster management"
    labels = [f"{name[: 4 + 7 * (n % 12)]} {n}" for n in range(many)]
    bars = tuple(
        Bar(label, (Part(n + 1, "aec", f"{n:,}", n), Part(3, "apsc", "3")), f"USD {n:,}.00 m")
        for n, label in enumerate(labels)
    )
    points = tuple((738000.0 + 30 * n, float(n * n), n) for n in range(many))
    spans = tuple(
        Span(label, 739000 + 9 * n, 739200 + 15 * n, "ascc", n % 2 == 0, n)
        for n, label in enumerate(labels)
    )
    cells = tuple(tuple(Cell(n / 11, f"{n}%", n) for n in range(11)) for _ in labels)
    nodes = tuple(Node(label, "partner", "USD 1.00 m", n) for n, label in enumerate(labels[:40]))
    flows = tuple(Flow(n, 0, 1.0 + n, n) for n in range(len(nodes)))
    fund = (Node("ASEAN Development Fund", "partner", "USD 9.00 m", 0),)
    pillar = (Node("ASCC", "ascc", "USD 9.00 m", 0),)
    onward = (Flow(0, 0, sum(one.value for one in flows), 0),)
    wings = tuple(
        Wing(x, Part(n, "female", f"{n:,}", n), Part(9, "male", "9")) for n, x in enumerate(labels)
    )
    states = tuple(Place(c, c, 0.5, f"{many:,}", n) for n, c in enumerate(state_map.outlines()))
    high = tuple((v, f"{v:,.0f}") for v in ticks(float(many)))
    return [
        Bars(bars, (("aec", "AEC"), ("apsc", "APSC"))),
        Columns(bars, (("aec", "Decided"),), nested=True, ticks=high),
        Lines((Line("Planned", "planned", points, dashed=True), Line("Spent", "done", points)),
              (), tuple((v, f"{v:,.0f}") for v in ticks(float(many * many))), 738100.0),
        Timeline(spans, date(2024, 8, 1).toordinal(), (("ascc", "ASCC"),)),
        Flows((nodes, pillar), (flows,), ("Who pays", "Pillar")),
        Flows((nodes, fund, pillar), (flows, onward), ("Who pays", "Fund", "Pillar")),
        Heat(tuple(labels), tuple("BN KH ID LA MY MM PH SG TH TL VN".split()), cells, "plain"),
        Wings(wings, ("Women", "Men")),
        Map(states, "plain"),
        Nothing("No projects yet", "Import a workbook of projects, or make the first one."),
    ]  # fmt: skip


def words_of(sheet: Sheet) -> Iterator[tuple[float, float, str, float]]:
    """(left, right, words, baseline) of every text, in pixels."""
    for one in sheet.ink.drawn:
        if isinstance(one, Text):
            wide = measure(one.words, one.size, bold=one.bold)
            yield one.x, one.x + wide, one.words, one.y


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("many", [0, 1, 7, 400])
def test_no_text_is_cut_off_and_every_region_is_inside(many: int, size: tuple[int, int]) -> None:
    for body in forms(many):
        sheet = draw.chart(HEAD, body, *size)
        for left, right, words, baseline in words_of(sheet):
            assert left >= -1, (type(body), words)
            assert right <= size[0] + 1, (type(body), words)
            assert 0 <= baseline <= size[1], (type(body), words)
        for _, at in sheet.regions:
            assert len(at) == 4 or len(at) >= 8
            assert min(at[1::2]) >= -12
            assert max(at[1::2]) <= size[1] + 12, type(body)


@pytest.mark.parametrize("dark", [False, True])
def test_a_picture_is_as_large_as_the_screen_needs(dark: bool) -> None:
    width, height, pixels = draw.pixels(draw.chart(HEAD, forms(7)[0], 300, 200, dark=dark), 1.5)
    assert (width, height) == (450, 300)
    assert len(pixels) == 450 * 300 * 4
    ground = style.tokens(dark).surface
    assert tuple(pixels[:3]) == tuple(int(ground[n : n + 2], 16) for n in (1, 3, 5))


def test_the_colour_under_a_region_is_the_bar_s() -> None:
    body = Bars((Bar("AEC", (Part(3, "aec", mark=0), Part(5, "apsc", mark=1)), "8"),))
    sheet = draw.chart(HEAD, body, 400, 260)
    width, _, pixels = draw.pixels(sheet)
    for mark, hue in ((0, "aec"), (1, "apsc")):
        found = [at for number, at in sheet.regions if number == mark]
        left, top, right, bottom = found[0]
        at = 4 * (round((top + bottom) / 2) * width + round((left + right) / 2))
        assert "#{:02x}{:02x}{:02x}".format(*pixels[at : at + 3]) == style.hue(hue, False).lower()


def test_files_are_whole_and_the_same_for_the_same_chart(tmp_path: Path) -> None:
    for kind, first in (("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")):
        path = tmp_path / f"chart.{kind}"
        draw.save(draw.chart(HEAD, forms(7)[4], 600, 400), path)
        assert path.read_bytes().startswith(first)
        again = draw.encoded(draw.chart(HEAD, forms(7)[4], 600, 400), kind)
        assert path.read_bytes() == again


def test_letters_of_the_eleven_states_have_shapes() -> None:
    """A box in place of a letter would look the same for all."""
    for first, second in (("ก", "ข"), ("ក", "ខ"), ("ກ", "ຂ"), ("က", "ခ"), ("அ", "ஆ"), ("ở", "A")):
        pictures = set()
        for letter in (first, second):
            body = Bars((Bar(letter, (Part(1, "plain"),), "1"),))
            pictures.add(draw.pixels(draw.chart(HEAD, body, 300, 200))[2])
        assert len(pictures) == 2, first


def test_the_window_and_its_charts_have_the_same_colours() -> None:
    from aps_desktop.views import theme

    for ours, window in ((style.LIGHT, theme.LIGHT), (style.DARK, theme.DARK)):
        assert (ours.surface, ours.text, ours.muted) == (
            window.surface, window.text, window.text_muted,
        )  # fmt: skip
        assert (ours.accent, ours.late, ours.axis) == (
            window.accent, window.late, window.border_strong,
        )  # fmt: skip
    assert {light for light, _ in style.HUES.values()} >= set(theme.CHART_COLOURS) - {"#F0E442"}


def test_words_on_colours_can_be_read() -> None:
    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for pair in style.HUES.values():
        for colour in pair:
            high, low = sorted((light(colour), light(style.text_on(colour))), reverse=True)
            assert (high + 0.05) / (low + 0.05) >= 4.25, colour


def test_names_that_begin_alike_keep_their_ends() -> None:
    begin = "Officials trained in"
    long = [f"{begin} the statistics of {end} goods" for end in ("forest", "mineral", "fishery")]
    shown = told_apart([*long, "Short"], 190, 11)
    assert len(set(shown)) == 4
    assert all(measure(words, 11) <= 190 for words in shown)
    assert all(words.startswith("Officials… ") for words in shown[:3])
    assert [words.split(" ")[-2] for words in shown[:3]] == ["forest", "mineral", "fishery"]
    assert told_apart(["A name of its own that is far too long"], 90, 11)[0].endswith("…")


def test_a_wide_chart_takes_two_places() -> None:
    assert places([True, False, False, False, False], 3) == [
        (0, 0, 2), (0, 2, 1), (1, 0, 1), (1, 1, 1), (1, 2, 1),
    ]  # fmt: skip
    assert places([True, False, False, False], 2) == [(0, 0, 2), (1, 0, 1), (1, 1, 1), (2, 0, 2)]
    assert places([False, True], 2) == [(0, 0, 2), (1, 0, 2)]
    assert places([True, False], 1) == [(0, 0, 1), (1, 0, 1)]


def test_words_in_a_colour_can_be_read() -> None:
    for dark in (False, True):
        ground = style.tokens(dark).surface
        for key in style.HUES:
            assert style.contrast(style.ink(key, dark), ground) >= 4.5, key


def test_eleven_states_have_an_outline_and_the_smallest_a_ring() -> None:
    codes = set(state_map.outlines())
    assert len(codes) == 11
    assert codes == set(state_map._NAMES)
    assert set(state_map._RINGS) == {"SG", "BN", "TL"}


@given(st.integers(0, 60), st.integers(0, 60), st.integers(-9, 90))
def test_the_most_that_fits_is_found_from_any_guess(count: int, room: int, guess: int) -> None:
    asked: list[int] = []

    def fits(number: int) -> bool:
        asked.append(number)
        return number <= room

    assert most_that_fit(count, fits, guess) == min(count, room)
    assert len(set(asked)) == len(asked) <= 13
    if 0 < guess == room < count:
        assert len(asked) <= 2  # a good guess is all that it takes


def test_lines_of_words() -> None:
    lines = wrapped("Disbursement lags commitment by USD 3.1 m", 250, 16, bold=True)
    assert len(lines) == 2
    assert "USD\xa03.1\xa0m" in " ".join(lines)
    assert fitted("Viet Nam", 1000) == "Viet Nam"
    short = fitted("a very long name that does not fit", 80)
    assert short.endswith("…")
    assert measure(short) <= 80


def test_amounts_shares_and_ticks() -> None:
    assert money(310_000_000) == "USD 3.10 m"
    assert money(25_000_000) == "USD 0.25 m"
    assert money(1_234_500) == "USD 12,345"
    assert money(120_000_000_000) == "USD 1.20 bn"
    assert money(5_000, "JPY") == "JPY 5,000"
    assert percent(1, 1000) == "under 1%"
    assert percent(999, 1000) == "99%"
    assert percent(0, 0) == "0%"
    assert ticks(0) == [0.0]
    assert ticks(97) == [0.0, 50.0, 100.0]
    assert ticks(205) == [0.0, 50.0, 100.0, 150.0, 200.0, 250.0], "not up to 300"


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    location = str(tmp_path_factory.mktemp("drawn") / "demo.aps")
    database = offices.start(location, office="ASEC", device="Charts")
    demo.fill(database, "small", 3, lambda *_: None, lambda: False)
    yield database
    database.close()


@pytest.mark.parametrize("name", sorted(dashboards.CHARTS))
def test_every_chart_of_the_sample_data_is_drawn_whole(db: Database, name: str) -> None:
    made = dashboards.chart(name).build(db.reader(), Selection(), date(2026, 11, 25))
    assert made.head.finding
    for size in SIZES[:2]:
        sheet = draw.chart(made.head, made.body, *size)
        for left, right, words, _ in words_of(sheet):
            assert left >= -1, words
            assert right <= size[0] + 1, words
        drawn = {mark for mark, _ in sheet.regions}
        assert drawn <= set(range(len(made.marks)))
        assert drawn


def test_a_chart_from_the_command_line(db: Database, tmp_path: Path, capsys) -> None:
    out = tmp_path / "funding.svg"
    at = ["--database", db.location, "--json"]
    assert command_line([*at, "chart", "funding-partner", str(out), "--year", "2026"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["chart"] == "funding-partner"
    assert out.read_bytes().startswith(b"<?xml")
    assert command_line([*at, "chart", "list"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == len(dashboards.CHARTS)
    assert command_line([*at, "chart", "nonsense", str(out)]) == 1
    assert command_line([*at, "chart", "funding-partner", str(tmp_path / "a.docx")]) == 1


def test_the_first_start_does_not_look_through_the_computer_s_fonts(tmp_path: Path) -> None:
    """The list that is laid ready is one that this matplotlib takes."""
    folder = child.own_fonts_only(tmp_path / "charts")
    assert font_manager.FontManager.__version__ == child.FONT_LIST
    found = font_manager.json_load(folder / f"fontlist-v{child.FONT_LIST}.json")
    assert isinstance(found, font_manager.FontManager)
    assert found.ttflist == []
    assert found.__dict__.keys() == font_manager.fontManager.__dict__.keys()


def test_the_list_of_fonts_is_put_in_place_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two children start at once, and each reads what the other may be writing."""
    name, replace = f"fontlist-v{child.FONT_LIST}.json", os.replace
    ready = []

    def put(part: Path, target: Path) -> None:
        ready.append((target.name, target.exists(), json.loads(part.read_bytes())["_version"]))
        replace(part, target)

    def put_second(part: Path, target: Path) -> None:
        replace(part, target)
        raise PermissionError("The other child reads it.")

    monkeypatch.setattr(os, "replace", put)
    child.own_fonts_only(tmp_path)
    assert ready == [(name, False, child.FONT_LIST)]
    monkeypatch.setattr(os, "replace", put_second)
    assert child.own_fonts_only(tmp_path / "second").joinpath(name).exists()
