"""The report in headless Chromium: it does what its buttons say, by mouse, keyboard and finger. Run by make test-browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import workspaces
from tests.results.browsing import DESKTOP, PHONE, browser  # noqa: F401 - a fixture
from tests.workspaces import HOSTILE
from wajue.results import report

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    return "file://" + report.write(workspaces.write(tmp_path_factory.mktemp("whole"), workspaces.tables()))


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Any]:  # noqa: F811
    """Opens the page; at the end nothing must have been said on the console, asked, or loaded."""
    complaints: list[str] = []
    contexts = []

    def visited(settings: dict[str, Any] = DESKTOP, place: str = address) -> Any:
        context = browser.new_context(**settings)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5000)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog {dialog.message}"))
        page.on(
            "request", lambda request: complaints.extend([] if request.url in (place.split("#")[0], "data:,") else [request.url])
        )
        page.goto(place)
        return page

    yield visited
    for context in contexts:
        context.close()
    assert complaints == []


def column(page: Any, kind: str, n: int) -> list[str]:
    """The texts of a table's column, of the rows that are shown."""
    found: list[str] = page.locator(f"#{kind}-table tbody tr:not(.detail) td:nth-child({n})").all_inner_texts()
    return found


def test_sorting_goes_by_the_whole_table_both_ways(visit: Any) -> None:
    page = visit()
    assert column(page, "words", 2)[0] == "主变" and len(column(page, "words", 2)) == 15
    page.locator("#words-table").get_by_role("button", name="Show 50 at once").click()
    page.get_by_role("button", name="count", exact=True).click()
    header = page.locator('#words-table th[aria-sort="descending"]')
    assert header.inner_text() == "count" and column(page, "words", 7)[:2] == ["100", "99"]
    page.get_by_role("button", name="count", exact=True).click()
    assert page.locator('#words-table th[aria-sort="ascending"]').inner_text() == "count"
    assert column(page, "words", 7)[0] == "33"  # the 68th word; 50 rows are shown
    page.locator("#words-table").get_by_role("button", name="Next").click()
    assert len(column(page, "words", 2)) == 18
    assert page.locator("#words-table [role=status]").inner_text() == "51–68 of 68"


def test_searching_finds_words_and_examples(visit: Any) -> None:
    page = visit()
    search = page.get_by_role("searchbox", name="Search terms and examples")
    search.fill("检查母枕是否")
    assert column(page, "terms", 2) == ["母枕"]
    assert page.locator("#terms-table td.example mark").inner_text() == "检查母枕是否", (
        "what was searched for is marked in the example"
    )
    search.fill("没有这个")
    assert column(page, "terms", 2) == [] and "Nothing matches." in page.locator("#terms-table").inner_text()
    search.fill("")
    assert len(column(page, "terms", 2)) == 15


def test_a_word_opens_its_examples_figures_and_neighbours(visit: Any) -> None:
    page = visit()
    button = page.locator("#terms-table button.word").first
    assert button.locator(".part").all_inner_texts() == ["主", "变"]  # a term of two words
    button.click()
    detail = page.locator("#terms-table tr.detail")
    assert button.get_attribute("aria-expanded") == "true"
    assert detail.locator("li mark").all_inner_texts() == ["主变"] * 3
    assert "Log-likelihood ratio" in detail.inner_text() and detail.locator("ol.near li").count() == 10
    detail.get_by_role("button", name="Show on the map").click()
    assert page.locator(".chosen h3").inner_text() == "主变"
    page.locator("#terms-table button.word").first.click()
    assert detail.count() == 0


def test_the_first_screen_opens_words_and_each_has_an_address(visit: Any, address: str) -> None:
    page = visit()
    panel = page.locator("#leading-panel")
    assert panel.locator("h3").inner_text() == "主变" and panel.locator("li mark").count() == 3
    page.locator('.leading a[data-kind="terms"]').nth(1).click()
    assert panel.locator("h3").inner_text() == "主联"
    page.locator("#terms-table button.word").nth(2).click()
    there = page.evaluate("location.href")
    other = visit(place=there)
    assert other.locator("#terms-table tr.detail").count() == 1 and there.startswith(f"{address}#terms/")


def test_the_exact_word_comes_first_and_what_was_kept_out_is_named(visit: Any) -> None:
    page = visit()
    page.get_by_role("searchbox", name="Search words and examples").fill("主联")
    assert column(page, "words", 2)[0] == "主联"
    [candidate, _] = page.evaluate("data.terms.dropped[0]")
    page.get_by_role("searchbox", name="Search terms and examples").fill(candidate)
    assert page.locator("#terms-table .dropped s").first.inner_text() == candidate


def test_a_table_is_taken_away_as_csv(visit: Any) -> None:
    page = visit()
    with page.expect_download() as download:
        page.locator("#terms-table").get_by_role("button", name="Download as CSV").click()
    lines = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert (
        download.value.suggested_filename == "wajue-terms.csv"
        and lines[0].startswith("rank,term,")
        and lines[1].startswith("1,主变,")
    )


def middle(page: Any, figure: str) -> tuple[float, float, dict[str, float]]:
    canvas = page.locator(f"#{figure} canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    left = 52 if figure == "frequency" else 12
    bottom = 40 if figure == "frequency" else 12
    return box["x"] + left + (box["width"] - left - 12) / 2, box["y"] + 12 + (box["height"] - bottom - 12) / 2, box


@pytest.mark.parametrize("figure", ["terms-map", "frequency"])
def test_finding_hovering_and_clicking_a_point(visit: Any, figure: str) -> None:
    page = visit()
    search = page.locator(f"#{figure} input")
    search.fill("站器")
    assert page.locator(f"#{figure} .bar-of-tools [role=status]").inner_text() == "1 found"
    search.press("Enter")  # what is found comes to the middle
    x, y, _ = middle(page, figure)
    page.mouse.move(x + 1, y + 1)
    tip = page.locator("#tip")
    assert tip.locator("b").inner_text() == "站器"
    assert ("Cluster" if figure == "terms-map" else "per million") in tip.inner_text()
    page.keyboard.press("Escape")
    page.mouse.click(x, y)
    chosen = page.locator(".chosen h3" if figure == "terms-map" else ".chosen-line b")
    assert chosen.inner_text() == "站器"
    page.mouse.move(x, 2)
    assert tip.is_hidden()


def test_neighbours_lead_from_word_to_word_and_to_the_table(visit: Any) -> None:
    page = visit()
    first = page.locator(".chosen .near button").first
    name = first.inner_text()
    first.click()
    assert page.locator(".chosen h3").inner_text() == name
    page.locator(".chosen").get_by_role("button", name="Details of").click()
    assert column(page, "terms", 2) == [name] and page.locator("#terms-table tr.detail").count() == 1
    member = page.locator("#clusters button").last
    name = member.inner_text()
    member.click()
    assert page.locator(".chosen h3").inner_text() == name


def drawn(page: Any) -> str:
    """The picture on the map's canvas."""
    page.wait_for_timeout(60)  # it is drawn in the next frame
    found: str = page.evaluate("document.querySelector('#terms-map canvas').toDataURL()")
    return found


def test_zooming_and_moving_the_map(visit: Any) -> None:
    page = visit()
    x, y, _ = middle(page, "terms-map")
    before = drawn(page)
    page.mouse.move(x, y)
    page.mouse.wheel(0, 1)  # without Ctrl the page scrolls
    page.mouse.move(5, 5)
    assert drawn(page) == before
    figure = page.locator("#terms-map")
    figure.get_by_role("button", name="Zoom in").click()
    larger = drawn(page)
    assert larger != before
    x, y, _ = middle(page, "terms-map")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 80, y + 40, steps=3)
    page.mouse.up()
    page.mouse.move(5, 5)
    assert drawn(page) != larger
    figure.get_by_role("button", name="Show all").click()
    assert drawn(page) == before
    page.keyboard.down("Control")
    page.mouse.move(x, y)
    page.mouse.wheel(0, -200)
    page.keyboard.up("Control")
    assert drawn(page) != before


def test_everything_can_be_reached_by_keyboard(visit: Any) -> None:
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator("#words-table th button").nth(2).focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.dataset.key") == "score", "the header keeps the focus"
    page.locator("#terms-map canvas").focus()
    before = page.locator(".chosen h3").inner_text()
    reached = set()
    for key in ("ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown"):
        page.keyboard.press(key)
        reached.add(page.locator(".chosen h3").inner_text())
    assert reached - {before}
    page.keyboard.press("Escape")
    assert page.locator(".chosen").inner_text() == "Nothing is chosen yet."
    page.locator("#curves svg").first.focus()
    page.keyboard.press("ArrowLeft")
    assert page.locator("#curves .said").first.inner_html() == "epoch 2.5: 2.5000"  # of 5 epochs and three losses that are numbers
    unnamed = "[...document.querySelectorAll('button, input, canvas, svg[role]')].filter(e => !(e.textContent.trim() || e.getAttribute('aria-label')))"
    assert page.evaluate(f"{unnamed}.length") == 0


def test_the_language_follows_the_browser_and_the_switch(visit: Any) -> None:
    page = visit()
    assert page.locator("#words-title").inner_text() == "New words" and page.locator("html").get_attribute("lang") == "en"
    page.locator("#language").click()
    assert page.locator("#words-title").inner_text() == "新词" and page.locator("html").get_attribute("lang") == "zh-CN"
    assert "68" in page.locator("#overview .lede").inner_text() and "篇文档" in page.locator("#overview .lede").inner_text()
    assert page.locator("#words-table th").nth(1).inner_text() == "词"
    assert "过短" in page.locator("#text").inner_text()
    page.reload()
    assert page.locator("#words-title").inner_text() == "新词", "the choice is remembered"
    assert visit({**DESKTOP, "locale": "zh-TW"}).locator("#words-title").inner_text() == "新词"


def test_the_theme_follows_the_system_and_the_switch(visit: Any) -> None:
    def paper(page: Any) -> str:
        found: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return found

    light, dark = visit(), visit({**DESKTOP, "color_scheme": "dark"})
    assert (paper(light), paper(dark)) == ("rgb(251, 250, 247)", "rgb(22, 24, 27)")
    light.locator("#theme").click()
    dark.locator("#theme").click()
    assert (paper(light), paper(dark)) == ("rgb(22, 24, 27)", "rgb(251, 250, 247)")
    assert light.locator("#theme").inner_text() == "Light"


def test_a_phone_shows_it_without_scrolling_sideways(visit: Any) -> None:
    page = visit(PHONE)
    wide = "document.documentElement.scrollWidth > innerWidth"
    assert not page.evaluate(wide)
    page.locator("#words-table button.word").first.tap()
    page.locator("#terms-table button.word").first.tap()
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert not page.evaluate(wide)
    page.locator("#language").tap()
    for width in (320, 390, 700, 800, 1000, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert not page.evaluate(wide), width
    x, y, box = middle(page, "terms-map")
    page.locator("#terms-map input").fill("主联")
    page.locator("#terms-map input").press("Enter")
    x, y, box = middle(page, "terms-map")
    page.keyboard.press("Escape")
    page.touchscreen.tap(x, y)
    assert page.locator(".chosen h3").inner_text() == "主联"
    assert box["width"] <= 390
    assert all(i.bounding_box()["width"] > 150 for i in page.locator("input").all()), "what is searched for can be read"


def test_markup_in_the_corpus_shows_as_text(visit: Any) -> None:
    page = visit()
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    for text in HOSTILE:
        assert text in page.locator("#text").inner_text()
        page.get_by_role("searchbox", name="Search words and examples").fill(text)
        assert column(page, "words", 2) == [text]
    assert page.locator("main script, main img, main b:has(script)").count() == 0
    page.wait_for_timeout(50)


def test_a_page_with_little_in_it_loads_too(visit: Any, tmp_path: Path) -> None:
    few = {t: rows for t, rows in workspaces.tables().items() if t in ("raw_documents", "ingest_rejects", "files")}
    page = visit(place="file://" + report.write(workspaces.write(tmp_path / "few", few)))
    assert page.locator(".missing").count() >= 5 and page.locator("canvas").count() == 0


def test_on_paper_there_is_what_can_be_read_and_nothing_to_click(visit: Any) -> None:
    page = visit({**DESKTOP, "color_scheme": "dark"})
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator(".top").is_hidden() and page.locator("#words-table .bar-of-tools").first.is_hidden()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert column(page, "terms", 2) and page.locator("#frequency canvas").is_visible()
    assert page.pdf().count(b"/Type /Page\n") >= 3
