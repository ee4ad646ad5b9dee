"""`wajue review` in headless Chromium: keys answer, undo takes back, the list moves, nothing of a corpus is markup. make test-browser."""

import csv
import io
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import workspaces
from tests.results.browsing import DESKTOP, PHONE, browser  # noqa: F401 - a fixture
from tests.workspaces import HOSTILE, NAMES
from wajue import verdict_files

pytestmark = pytest.mark.browser


class Reviewed:
    """A review that is open in a browser."""

    def __init__(self, page: Any, file: Path) -> None:
        self.page, self._file = page, file

    def shown(self) -> list[str]:
        """The words of the list, in order."""
        words: list[str] = self.page.locator("#list > li").evaluate_all("items => items.map(i => i.dataset.word)")
        return words

    def press(self, *keys: str) -> None:
        """Press keys, and wait for the page to have their answers."""
        for key in keys:
            self.page.keyboard.press(key)
        self.page.evaluate("async () => { await waiting; }")

    def kept(self) -> list[tuple[str, str, str]]:
        """What is on the disk: (word, verdict, variant_of)."""
        if not self._file.exists():
            return []
        return [(s.verdict.word, s.verdict.verdict, s.verdict.variant_of) for s in verdict_files.read(self._file)]


@pytest.fixture
def review(browser: Any, tmp_path: Path) -> Iterator[Reviewed]:  # noqa: F811
    """The page of a review of 68 terms; at the end nothing must have been complained of, or asked of another server."""
    workspaces.write(tmp_path / "w", workspaces.tables())
    command = [sys.executable, "-m", "wajue", "review", "w", "--no-open", "--who", "安"]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    complaints: list[str] = []
    context = browser.new_context(**DESKTOP)
    page = context.new_page()
    page.set_default_timeout(5000)
    refused = "status of 400"  # what Chromium says of an answer that the page itself explains
    page.on("console", lambda message: complaints.extend([] if refused in message.text else [message.text]))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.extend([] if request.url.startswith((address, "data:,")) else [request.url]))
    try:
        page.goto(address)
        page.wait_for_selector("#list > li[data-word]")
        yield Reviewed(page, tmp_path / "w" / "verdicts.csv")
        context.close()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        process.stdout.close()
    assert complaints == [] and process.returncode == 0


def test_keys_answer_and_the_list_moves_on(review: Reviewed) -> None:
    assert review.shown() == NAMES[:50] and review.kept() == []
    review.press("y")
    assert review.kept() == [(NAMES[0], "accept", "")] and NAMES[0] not in review.shown()
    first = review.shown()[0]
    review.press("n")
    second = review.shown()[1]
    review.press("j", "l")
    assert review.kept()[1:] == [(first, "reject", ""), (second, "later", "")]
    assert review.page.locator("#counts").inner_text() == "1 yes · 1 no · 0 variants · 1 later · 65 open"


def test_an_answer_moves_what_is_like_it(review: Reviewed) -> None:
    alike = [word for word in NAMES[:50] if word.endswith("网")]
    for word in alike[:3]:
        review.page.locator(f'li[data-word="{word}"] button[data-verdict=reject]').click()
    review.press()
    unmoved = [word for word in NAMES if word not in alike[:3]]
    assert review.shown() != unmoved[:50] and review.shown().index(alike[3]) > unmoved.index(alike[3])
    assert "ends with 网" in review.page.locator("#learned").inner_text()


def test_undo_takes_back_one_answer_after_the_other(review: Reviewed) -> None:
    review.press("y")
    answered = review.shown()[0]
    review.press("x", "ArrowDown", "x", "n")
    assert [v for _, v, _ in review.kept()] == ["accept", "reject", "reject"]
    review.press("u")
    assert review.shown()[0] == answered and "Taken back" in review.page.locator("#message").inner_text()
    review.press("u")
    assert review.shown() == NAMES[:50] and review.page.locator("#undo").is_disabled()
    review.press("u")
    assert "no answer of this session" in review.page.locator("#message").inner_text()
    assert [v for _, v, _ in review.kept()] == ["accept", "reject", "reject", "withdrawn", "withdrawn", "withdrawn"]


def test_a_variant_names_its_word(review: Reviewed) -> None:
    review.press("v")
    dialog = review.page.locator("dialog#variant")
    assert dialog.is_visible()
    review.page.keyboard.type("yn")  # letters of a word, and no answers
    review.page.locator("#variant-of").fill("无此词")
    review.page.keyboard.press("Enter")
    review.page.wait_for_selector("#message:not([hidden])")
    assert "is not in this list" in review.page.locator("#message").inner_text() and review.kept() == []
    review.press("v")
    review.page.locator("#variant-of").fill(NAMES[1])
    review.page.keyboard.press("Enter")
    review.page.wait_for_selector("#message[hidden]", state="attached")
    review.press()
    assert review.kept() == [(NAMES[0], "variant", NAMES[1])]
    review.press("v")
    review.page.keyboard.press("Escape")
    assert not dialog.is_visible() and len(review.kept()) == 1


def test_filters_and_keys_in_a_field_do_not_answer(review: Reviewed) -> None:
    review.page.locator("input[name=text]").fill("网")
    review.press()
    assert review.shown() and all("网" in word for word in review.shown())
    review.page.keyboard.press("y")
    review.press()
    assert review.kept() == []


def test_text_of_a_corpus_is_never_markup(review: Reviewed) -> None:
    review.page.locator("#more").click()
    review.press()
    assert review.shown()[-4:] == HOSTILE
    assert review.page.locator("#list script, #list img").count() == 0
    review.page.locator("#list > li").last.locator("button[data-verdict=accept]").click()
    review.press()
    assert review.kept() == [(HOSTILE[-1], "accept", "")]


def test_the_page_speaks_chinese_and_fits_a_phone(review: Reviewed) -> None:
    review.page.locator("#language").click()
    assert "审阅术语" in review.page.locator("h1").inner_text()
    review.page.set_viewport_size(PHONE["viewport"])
    assert not review.page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_a_page_without_a_server_keeps_and_saves_its_answers(browser: Any, tmp_path: Path) -> None:  # noqa: F811
    workspaces.write(tmp_path / "w", workspaces.tables())
    subprocess.run(
        [sys.executable, "-m", "wajue", "review", "w", "--file", "r.html", "--who", "安"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    context = browser.new_context(**DESKTOP)
    page = context.new_page()
    page.goto((tmp_path / "r.html").as_uri())
    page.wait_for_selector("#list > li[data-word]")
    for key in ("y", "n", "u", "l"):
        page.keyboard.press(key)
        page.evaluate("async () => { await waiting; }")
    page.reload()
    page.wait_for_selector("#list > li[data-word]")
    with page.expect_download() as download:
        page.locator("#save").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    context.close()
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [(line["word"], line["verdict"]) for line in lines] == [
        (NAMES[0], "accept"), (NAMES[1], "reject"), (NAMES[1], "withdrawn"), (NAMES[1], "later"),
    ]  # fmt: skip
    (tmp_path / "v.csv").write_text(text, encoding="utf-8")
    merged = subprocess.run(
        [sys.executable, "-m", "wajue", "review", "w", "--merge", "v.csv"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert re.search(r"terms: 0 decided before, 1 in the file", merged.stdout)
