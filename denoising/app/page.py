"""The page: a picture, noise, a network, and before and after under one divider."""

import tempfile
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import gradio
import numpy as np
from PIL import Image

from denoising.app.trial import Trial, read_picture, try_network
from denoising.datasets.photographs import embedded_photographs
from denoising.errors import DenoisingError
from denoising.images import Bytes, as_float
from denoising.inference.networks import bundled_networks

MAX_FILE = 50 * 2**20  # bytes
LARGEST_SIGMA = 75
TRAINED = Path("models/denoiser.onnx")  # of the pipeline, in the folder where the page is started
EXAMPLE_FILES = {file.name: file.path for split in embedded_photographs().values() for file in split}
# Photographs that the networks have not seen, and the noise that is added to them.
EXAMPLES = {"camera": ("camera.png", 25), "cat": ("chelsea.png", 25), "clock": ("clock_motion.png", 15)}
FONT = ["system-ui", "sans-serif"]
THEME = gradio.themes.Base(font=FONT, font_mono=["monospace"], primary_hue="blue")  # which asks no server for fonts
STYLE = ".gradio-container {max-width: 1100px !important; margin: auto} footer {display: none !important}"
INTRODUCTION = """# Remove noise from a picture

Drop a noisy picture, or draw a digit. Add noise to a clean one, to see how much of the original comes back. Everything
stays on this machine, and is deleted when the page is ended."""
DOWNLOADED = (
    "The download is a PNG file of 8 bits, of the first page. The command `denoise` keeps format, depth and pages."
)
PAPER = np.full((280, 280), 255, np.uint8)
AUTOMATIC = "automatic"
HOW_MUCH = "noise to add: its standard deviation, where white is 255"


def build_page() -> gradio.Blocks:
    """Return the page."""
    sigma = gradio.Slider(0, LARGEST_SIGMA, value=0, step=1, label=HOW_MUCH, elem_id="sigma", render=False)
    with gradio.Blocks(title="Remove noise from a picture", analytics_enabled=False) as page:
        gradio.Markdown(INTRODUCTION)
        with gradio.Row():
            with gradio.Column(scale=2, min_width=320):
                with gradio.Tabs():
                    with gradio.Tab("Picture"):
                        picture = gradio.File(
                            label="a picture: PNG, JPEG, TIFF, WebP or BMP", type="filepath", elem_id="picture"
                        )
                        with gradio.Row(elem_id="examples"):
                            for label, (name, noise) in EXAMPLES.items():
                                example = gradio.Button(
                                    f"example: {label}", icon=EXAMPLE_FILES[name], size="sm", min_width=100
                                )
                                example.click(
                                    partial(_example, str(EXAMPLE_FILES[name]), noise), None, [picture, sigma]
                                )
                    with gradio.Tab("Digit"):
                        drawing = gradio.Sketchpad(
                            {"background": PAPER, "layers": [], "composite": None},  # else no pen is chosen
                            label="draw a digit",
                            canvas_size=PAPER.shape,
                            type="numpy",
                            image_mode="L",
                            layers=False,
                            sources=(),
                            transforms=(),
                            brush=gradio.Brush(default_size=24, colors=["#000000"], color_mode="fixed"),
                        )
                        draw = gradio.Button("Denoise the drawing")
                sigma.render()
                network = gradio.Dropdown(networks(), value=networks()[0], label="network", elem_id="network")
            with gradio.Column(scale=3, min_width=320):
                compared = gradio.ImageSlider(
                    label="before | after: move the divider",
                    type="numpy",
                    format="png",
                    interactive=False,
                    elem_id="compared",
                )
                scores = gradio.Markdown(elem_id="scores")
                download = gradio.DownloadButton("Download the denoised picture", interactive=False, elem_id="download")
                gradio.Markdown(DOWNLOADED)
        shown = [compared, scores, download]
        for event in (picture.change, sigma.release, network.change):
            event(denoise_file, [picture, sigma, network], shown, concurrency_id="denoise", trigger_mode="always_last")
        draw.click(denoise_drawing, [drawing, sigma, network], shown, concurrency_id="denoise")
    return page


def networks() -> list[str]:
    """Return the names of the networks that can be chosen."""
    bundled = list(bundled_networks())
    return [AUTOMATIC, *bundled, *([str(TRAINED)] if TRAINED.exists() else [])]


def _chosen(name: str) -> str | None:
    return None if name == AUTOMATIC else name


def _example(path: str, noise: int) -> tuple[str, int]:
    return path, noise


def denoise_file(path: str | None, sigma: float, name: str) -> tuple[Any, str, Any]:
    """Return before and after, the scores, and the download of a picture."""
    if path is None:
        return None, "", gradio.DownloadButton(interactive=False)
    try:
        clean = read_picture(Path(path))
        trial = try_network(clean, _chosen(name), sigma=sigma)
    except DenoisingError as error:
        raise gradio.Error(str(error), print_exception=False) from error
    return shown(trial, Path(path).stem)


def denoise_drawing(drawing: dict[str, Any] | None, sigma: float, name: str) -> tuple[Any, str, Any]:
    """Return before and after, the scores, and the download of a drawing, white on black as digits are."""
    strokes: Bytes | None = drawing["composite"] if drawing else None
    if strokes is None or strokes.min() == strokes.max():
        raise gradio.Error("Draw a digit first.", print_exception=False)
    digit = (1 - as_float(strokes))[np.newaxis, ..., np.newaxis]
    trained = str(TRAINED) if TRAINED.exists() else None  # that of the pipeline, which learned digits first
    try:
        trial = try_network(digit, _chosen(name) or trained, sigma=sigma)
    except DenoisingError as error:
        raise gradio.Error(str(error), print_exception=False) from error
    return shown(trial, "digit")


def shown(trial: Trial, name: str) -> tuple[Any, str, Any]:
    """Return a trial as the page shows it."""
    target = Path(tempfile.mkdtemp(dir=_folder().name)) / f"{name}-denoised.png"
    Image.fromarray(trial.denoised).save(target)
    download = gradio.DownloadButton(value=str(target), interactive=True)
    return (trial.before, trial.after), scores_of(trial), download


@lru_cache
def _folder() -> "tempfile.TemporaryDirectory[str]":
    """Return the folder of the downloads, which vanishes with the program."""
    return tempfile.TemporaryDirectory(prefix="denoised-")


def scores_of(trial: Trial) -> str:
    """Return which network it was, and the scores, as Markdown."""
    if trial.scores is None:
        return f"Denoised by {trial.network}. No noise was added, so there is no original to compare with."
    lines = [f"Denoised by {trial.network}.", "", "| | PSNR (dB) | SSIM |", "|---|---|---|"]
    for title, (decibels, ssim) in trial.scores.items():
        lines.append(f"| {title} | {decibels:.2f} | {'' if ssim is None else f'{ssim:.3f}'} |")
    return "\n".join(lines)
