"""Takes docs/report.png, the README's picture of the report: two views side by side, one light and one dark.

python docs/picture.py DIR   # a workspace of the bundled sample alone; needs make test-browser's packages
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from wajue.results import report
from wajue.store.workspace import Workspace

VIEWS = {"light": "#overview", "dark": "#map"}
STYLE = "body{margin:0;display:flex;gap:16px;background:#888}iframe{border:0;width:1130px;height:880px}"


def main(folder: str) -> None:
    """Write the picture."""
    page_of = Path(report.write(Workspace(folder))).resolve()
    frames = "".join(f'<iframe name="{theme}" src="{page_of.name}"></iframe>' for theme in VIEWS)
    both = page_of.with_name("both.html")
    both.write_text(f"<!DOCTYPE html><style>{STYLE}</style>{frames}", encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 2276, "height": 880}, device_scale_factor=1)
        page.goto(f"file://{both}")
        for theme, section in VIEWS.items():
            frame = page.frame(theme)
            frame.evaluate(f"document.documentElement.dataset.theme = '{theme}'; setTheme('{theme}')")
            frame.evaluate(f"document.documentElement.style.scrollBehavior = 'auto'; location.hash = '{section}'")
        page.wait_for_timeout(500)
        page.screenshot(path=Path(__file__).parent / "report.png")
        browser.close()
    both.unlink()


if __name__ == "__main__":
    main(sys.argv[1])
