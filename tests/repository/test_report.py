"""The page that a teacher hands out: complete, self-contained, and drawn without complaint by a real browser."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "reports/report.html"
FIGURES = sorted(path.stem for path in (ROOT / "reports/figures").glob("*.png"))
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --enable-logging=stderr --virtual-time-budget=10000"
)
# Written into the page, to be told what a person at the screen would see of it when all has been loaded.
LOOK = """<script>addEventListener("load", () => {
  const images = [...document.images];
  const drawn = images.filter((image) => image.complete && image.naturalWidth > 0 && image.clientWidth > 0);
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const paper = getComputedStyle(document.body).backgroundColor;
  const seen = [drawn.length, images.length, document.documentElement.scrollWidth, innerWidth, dark, paper];
  parent.postMessage(seen.join(" "), "*");
});</script></body>"""
# A window cannot be as narrow as a phone; a frame can.
FRAME = """<title>A frame</title><link rel="icon" href="data:,">
<iframe src="page.html" style="width: {width}px; height: 900px; border: 0"></iframe>
<script>addEventListener("message", (message) => {{ document.title = `SEEN ${{message.data}} END`; }});</script>"""


def test_the_page_needs_nothing_from_anywhere() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?(?!data:)[^"'\s>)]+""", text) == []
    assert "<script" not in text
    assert "http" not in re.sub(r"base64,[^\"]+", "", text)


def test_the_page_holds_every_figure_and_says_what_it_shows() -> None:
    text = PAGE.read_text(encoding="utf-8")
    alternatives = re.findall(r'<img src="data:image/png;base64,[^"]+" alt="([^"]+)"', text)
    assert text.count("<source media=") == len(FIGURES)  # each for narrow screens too
    assert len(alternatives) == len(FIGURES) > 10
    assert min(map(len, alternatives)) > 30


@pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome is installed")
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_a_browser_draws_every_figure_without_complaint(width: int, dark: bool, tmp_path: Path) -> None:
    page, frame = tmp_path / "page.html", tmp_path / "frame.html"
    page.write_text(PAGE.read_text(encoding="utf-8").replace("</body>", LOOK), encoding="utf-8")
    frame.write_text(FRAME.format(width=width), encoding="utf-8")
    options = [f"--user-data-dir={tmp_path}/profile", "--window-size=1400,1000", "--dump-dom", frame.as_uri()]
    if dark:
        options.insert(0, "--force-dark-mode")
    assert BROWSER
    done = subprocess.run([BROWSER, *QUIET.split(), *options], capture_output=True, text=True, timeout=120, check=True)
    found = re.search(r"SEEN (\d+) (\d+) (\d+) (\d+) (\w+) rgb\((\d+),.*END", done.stdout)
    assert found, done.stderr
    drawn, images, page_width, frame_width = map(int, found.groups()[:4])
    assert drawn == images == len(FIGURES)
    assert frame_width == width
    assert page_width <= width  # nothing to scroll sideways but figures and tables, in frames of their own
    assert found[5] == str(dark).lower()
    assert (int(found[6]) < 60) == dark
    assert "CONSOLE" not in done.stderr
