"""The page in a real browser: skipped by name where .venv-app or Chromium are not there."""

import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import sync_playwright

from denoising.inference.export import export
from denoising.models.registry import build_model

ROOT = Path(__file__).parents[3]
PYTHON = ROOT / ".venv-app/bin/python"  # `make app` makes it
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium"),
    pytest.mark.skipif(not PYTHON.exists(), reason="no .venv-app: make app-environment"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
PATIENCE = 60_000  # milliseconds
PICTURE = np.linspace(40, 220, 240 * 320).reshape(240, 320).astype(np.uint8)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("app")
    environment = {**os.environ, "PORT": str(port), "TMPDIR": str(folder), "PYTHONPATH": str(ROOT)}
    models = folder / "elsewhere/models"
    models.mkdir(parents=True)
    build_model("cae", (28, 28, 1)).save(models / "denoiser.h5", include_optimizer=False)
    export(models / "denoiser.h5", models / "denoiser.onnx", to="onnx")
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [str(PYTHON), "-m", "denoising.app"], cwd=folder / "elsewhere", env=environment, stdout=log, stderr=log
        )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(url).close()
                break
            except (urllib.error.URLError, ConnectionError):
                assert server.poll() is None, (folder / "log").read_text()
                time.sleep(0.1)
        yield url
        assert server.poll() is None, "the page has ended"
    finally:
        server.terminate()
        server.wait()
    assert not list(folder.glob("denoising-*")), "pictures are left"


@pytest.fixture
def browser() -> Iterator[Any]:
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def opened(browser: Any, address: str, width: int = 1280) -> Any:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.wait_for_selector("#picture")
    return page


def picture(folder: Path) -> str:
    Image.fromarray(PICTURE).save(folder / "gradient.png")
    return str(folder / "gradient.png")


def scores(page: Any) -> dict[str, float]:
    page.wait_for_selector("#scores table")
    return {name: float(psnr) for name, psnr in re.findall(r"(noisy|denoised)\s+([\d.]+)", page.inner_text("#scores"))}


def drop(page: Any, path: str) -> None:
    page.set_input_files("#picture input[type=file]", path)


def add_noise(page: Any, steps: int) -> None:
    slider = page.locator("#sigma input[type=range]")
    slider.focus()
    for _ in range(steps):
        slider.press("ArrowRight")
    slider.dispatch_event("pointerup")


@pytest.mark.parametrize("port", ["99999", "0", "²"])
def test_a_wrong_port_is_one_sentence(port: str) -> None:
    environment = {**os.environ, "PORT": port, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([str(PYTHON), "-m", "denoising.app"], env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == f"PORT is {port!r}, which is no port. Use a number such as 7860.\n"


@pytest.mark.parametrize("width", [1280, 390])
def test_a_file_is_dropped_and_its_noise_removed(browser: Any, address: str, tmp_path: Path, width: int) -> None:
    page = opened(browser, address, width)
    elsewhere: list[str] = []
    page.on("request", lambda request: elsewhere.append(request.url))
    drop(page, picture(tmp_path))
    page.get_by_text("No noise was added").wait_for()
    add_noise(page, 25)
    first = scores(page)
    assert first["denoised"] > first["noisy"] + 10
    add_noise(page, 10)
    page.wait_for_function(f"!document.querySelector('#scores').innerText.includes('{first['noisy']:.2f}')")
    second = scores(page)
    assert second["noisy"] < first["noisy"] - 1
    assert second["denoised"] > second["noisy"] + 10
    assert page.locator("#compared img").count() >= 2
    with page.expect_download() as download:
        page.click("#download")
    with Image.open(download.value.path()) as image:
        assert image.size == (320, 240)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert all(url.startswith((address, "data:", "blob:")) for url in elsewhere)


def test_noise_of_a_file_with_fewer_pixels_of_colour_is_removed(browser: Any, address: str, tmp_path: Path) -> None:
    rows, columns = np.mgrid[0:256, 0:256]
    clean = np.stack([rows, columns, 255 - rows], axis=-1) * 0.6 + 50
    noisy = (clean + np.random.default_rng(1).normal(0, 25, clean.shape)).clip(0, 255).astype(np.uint8)
    Image.fromarray(noisy).save(tmp_path / "noisy.jpg", quality=92, subsampling="4:2:0")
    page = opened(browser, address)
    drop(page, str(tmp_path / "noisy.jpg"))
    page.get_by_text("Denoised by natural-gray. No noise was added").wait_for()
    with page.expect_download() as download:
        page.click("#download")
    before, after = (
        float(np.mean((np.asarray(Image.open(path), np.float64) - clean) ** 2))
        for path in (tmp_path / "noisy.jpg", download.value.path())
    )
    assert after < before / 4


def test_a_digit_is_drawn_and_denoised_by_the_network_of_the_pipeline_or_another(browser: Any, address: str) -> None:
    page = opened(browser, address)
    add_noise(page, 25)
    page.get_by_role("tab", name="Digit").click()
    canvas = page.locator("canvas").first
    canvas.wait_for()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 140, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 140, box["y"] + 220, steps=10)
    page.mouse.up()
    page.get_by_role("button", name="Denoise the drawing").click()
    page.get_by_text("Denoised by models/denoiser.onnx.").wait_for()
    page.click("#network input")
    page.get_by_role("option", name="natural-gray").click()
    page.get_by_role("button", name="Denoise the drawing").click()
    page.get_by_text("Denoised by natural-gray.").wait_for()
    assert scores(page)["denoised"] > scores(page)["noisy"]


def test_a_wrong_file_gets_an_answer_and_the_next_one_works(browser: Any, address: str, tmp_path: Path) -> None:
    page = opened(browser, address)
    (tmp_path / "notes.png").write_text("not an image")
    drop(page, str(tmp_path / "notes.png"))
    page.get_by_text("This file cannot be used: this is no PNG, JPEG, TIFF, WebP or BMP image").first.wait_for()
    (tmp_path / "large.bmp").write_bytes(bytes(60 * 2**20))
    page.reload()
    page.wait_for_selector("#picture")
    drop(page, str(tmp_path / "large.bmp"))
    page.get_by_text(re.compile("maximum|exceed|too large", re.IGNORECASE)).first.wait_for()
    page.reload()
    page.wait_for_selector("#picture")
    page.get_by_role("button", name="example: camera").click()
    assert scores(page)["denoised"] > 20


def test_ten_at_once_get_their_results(browser: Any, address: str, tmp_path: Path) -> None:
    path = picture(tmp_path)
    pages = [opened(browser, address) for _ in range(10)]
    for page in pages:
        add_noise(page, 25)
        drop(page, path)
    assert all(scores(page)["denoised"] > 20 for page in pages)
