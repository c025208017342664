"""Measure the command `denoise`: start, speed beside BM3D, memory, tiles, and what is installed: `make bench-denoise`.

    python -m benchmarks.denoise [start speed memory tiles install]    # half an hour; `speed` needs EXTRA=bm3d

Writes benchmarks/results/denoise.json and denoise.md. The pictures are mosaics of the photographs that scikit-image
carries, with Gaussian noise of sigma 25.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np

from benchmarks.formatting import describe_processor, median_and_range
from benchmarks.processes import run as run_and_measure
from benchmarks.recorder import Recorder, committed_code
from denoising.baselines.filters import CLASSICAL_FILTERS
from denoising.cores import usable_cores
from denoising.datasets.photographs import embedded_photographs
from denoising.errors import DenoisingError
from denoising.image_files.reader import read_image_file
from denoising.images import Stored
from denoising.inference.network import Network
from denoising.inference.networks import load_network, network_for
from denoising.inference.tiling import apply_in_tiles
from stages.paths import BENCHMARK_DENOISE
from stages.run import run

CODE = ("denoising", "requirements.lock", "pyproject.toml", "benchmarks/denoise.py")
SIGMA = 25
SMALL, TWELVE, HUNDRED = (512, 512), (3000, 4000), (10_000, 10_000)  # pixels
FOR_BM3D = (512, 1024)  # a part of the twelve megapixels, of which BM3D would need many minutes
SIZES = {"12 megapixels": TWELVE, "100 megapixels": HUNDRED}
DRAWS = 30  # of sizes and tiles
KINDS = {"grey": 1, "colour": 3}  # and their channels


@dataclass(frozen=True)
class Measured:
    """The machine, and what was measured."""

    machine: str
    values: dict[str, float]


def main() -> None:
    parts: dict[str, tuple[Callable[[int], dict[str, float]], int]] = {
        "start": (measure_start, 9),
        "speed": (measure_speed, 3),
        "memory": (measure_memory, 1),
        "tiles": (measure_tiles, 1),
        "install": (measure_install, 1),
    }
    chosen = sys.argv[1:] or list(parts)
    unknown = [part for part in chosen if part not in parts]
    if unknown:
        raise DenoisingError(f"There is no part {', '.join(unknown)}. Choose from {', '.join(parts)}.")
    code = committed_code(CODE)
    recorder = Recorder(BENCHMARK_DENOISE.with_suffix(".json"), head={})
    for part in chosen:
        measure, count = parts[part]
        for number in range(1, count + 1):
            recorder.add(
                part,
                lambda number, measure=measure: Measured(describe_processor(), measure(number)),  # type: ignore[misc]
                number=number,
                code=code,
            )
    BENCHMARK_DENOISE.write_text("\n".join(lines(recorder.record["runs"])) + "\n", encoding="utf-8")
    print(BENCHMARK_DENOISE.read_text(encoding="utf-8"))


def measure_start(number: int) -> dict[str, float]:
    """Return the seconds from command to file for a small picture, grey and in colour."""
    with tempfile.TemporaryDirectory() as folder:
        return {kind: denoise_picture(Path(folder), kind, SMALL, number).seconds for kind in KINDS}


def measure_speed(number: int) -> dict[str, float]:
    """Return megapixels a second of the command for 12 megapixels, start included, and of BM3D on all cores."""
    with tempfile.TemporaryDirectory() as folder:
        speeds = {
            kind: TWELVE[0] * TWELVE[1] / 1e6 / denoise_picture(Path(folder), kind, TWELVE, number).seconds
            for kind in KINDS
        }
    noisy = picture(FOR_BM3D, channels=1, seed=number)[..., np.newaxis].astype(np.float32) / 255
    bm3d = partial(CLASSICAL_FILTERS["bm3d"], deviation=SIGMA / 255, setting={"strength": 1.0})
    began = time.perf_counter()
    with ThreadPoolExecutor(usable_cores()) as threads:  # each filters a part on a core of its own
        list(threads.map(bm3d, np.array_split(noisy, usable_cores(), axis=1)))
    return {**speeds, "bm3d": noisy.size / 1e6 / (time.perf_counter() - began)}


def measure_memory(number: int) -> dict[str, float]:
    """Return the peak memory of the command in megabytes, by size, kind and whether mapped files are counted."""
    peaks = {}
    for title, size in SIZES.items():
        for kind in KINDS:
            with tempfile.TemporaryDirectory() as folder:
                cost = denoise_picture(Path(folder), kind, size, number)
            peaks[f"{title}, {kind}"] = cost.private or cost.peak
            peaks[f"{title}, {kind}, with mapped files"] = cost.peak
    return peaks


def measure_tiles(number: int) -> dict[str, float]:
    """Return the largest difference of a pixel, in [0, 1], between tiles and the whole, over random sizes and tiles."""
    networks = {kind: load_network(Path(network_for(channels))) for kind, channels in KINDS.items()}
    fitting = {kind: of for kind, of in networks.items() if of.image_shape[-1] == KINDS[kind]}
    return {kind: _largest_difference(of, KINDS[kind], number) for kind, of in fitting.items()}


def _largest_difference(network: Network, channels: int, number: int) -> float:
    random, differences = np.random.default_rng(number), []
    for draw in range(DRAWS):
        height, width = random.integers(200, 1200, 2).tolist()
        drawn = picture((height, width), channels=channels, seed=draw)
        noisy = drawn.reshape(1, height, width, channels) / np.float32(255)
        whole = apply_in_tiles(network.apply, noisy, network.tiling(tile=10_000))
        tiled = apply_in_tiles(network.apply, noisy, network.tiling(tile=int(random.integers(256, 600))))
        differences.append(float(np.abs(tiled - whole).max()))
    return max(differences)


def measure_install(number: int) -> dict[str, float]:
    """Return the megabytes that `pip install .` brings into an empty environment, and how many packages."""
    with tempfile.TemporaryDirectory() as folder:
        environment, copy = Path(folder) / "venv", Path(folder) / "copy"
        subprocess.run(["git", "clone", "--quiet", ".", str(copy)], check=True)
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        before = size_of(environment)
        subprocess.run([str(environment / "bin/python"), "-m", "pip", "install", "--quiet", str(copy)], check=True)
        listed = [str(environment / "bin/python"), "-m", "pip", "list", "--format=freeze"]
        packages = subprocess.run(listed, check=True, capture_output=True, text=True).stdout.lower().split()
        megabytes = (size_of(environment) - before) / 1e6
    wrong = [line for line in packages if line.startswith(("tensorflow", "keras", "dvc"))]
    if wrong:
        raise DenoisingError(f"`pip install .` brings {', '.join(wrong)}.")
    return {"megabytes": megabytes, "packages": len(packages)}


def size_of(folder: Path) -> int:
    """Return the bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def denoise_picture(folder: Path, kind: str, size: tuple[int, int], seed: int) -> Any:
    """Return the cost of `denoise` for one PNG file."""
    source = folder / f"{kind}.png"
    source.write_bytes(imagecodecs.png_encode(picture(size, channels=1 if kind == "grey" else 3, seed=seed), level=1))
    command = [sys.executable, "-m", "denoising", str(source), "-o", str(folder / "out"), "--quiet", "--overwrite"]
    return run_and_measure(command, folder=Path.cwd())


def picture(size: tuple[int, int], *, channels: int, seed: int) -> Stored:
    """Return a mosaic of the embedded photographs with noise, uint8 (H, W) or (H, W, 3)."""
    random = np.random.default_rng(seed)
    height, width = size
    shape = (height, width, channels)
    result = np.empty(shape, np.uint8)
    photographs = [image for image in embedded() if image.shape[-1] >= channels]
    side = 256
    for top in range(0, height, side):
        for left in range(0, width, side):
            photograph = photographs[int(random.integers(len(photographs)))]
            row, column = (int(random.integers(max(1, length - side))) for length in photograph.shape[:2])
            tile = photograph[row : row + side, column : column + side, :channels].astype(np.float32)
            tile = np.resize(tile, (side, side, channels))[: height - top, : width - left]
            noisy = tile + random.normal(0, SIGMA, tile.shape)
            result[top : top + side, left : left + side] = np.rint(noisy).clip(0, 255)
    return result[..., 0] if channels == 1 else result


def embedded() -> list[Stored]:
    """Return the photographs that scikit-image carries, (H, W, 1 or 3)."""
    files = [file for split in embedded_photographs().values() for file in split]
    return [next(iter(read_image_file(file.path))).pixels for file in files]


def lines(runs: dict[str, Any]) -> Iterator[str]:
    """Yield the tables as Markdown."""
    machines = sorted({run["machine"] for of in runs.values() for run in of})
    yield f"`make bench-denoise`. {'; '.join(machines)}. Median (minimum to maximum) of several runs."
    yield ""
    yield "| | grey | colour |"
    yield "|---|---|---|"

    def values(part: str, key: str) -> list[float]:
        return [run["values"][key] for run in runs.get(part, ())]

    def cell(part: str, key: str, form: str) -> str:
        return median_and_range(values(part, key), form) if key in runs[part][0]["values"] else ""

    rows = {
        "from command to file, 512 x 512 (s)": ("start", ".2f"),
        "megapixels a second, 12 megapixels, start included": ("speed", ".2f"),
        "tiled against untiled, largest difference of a pixel": ("tiles", ".1e"),
    }
    for title, (part, form) in rows.items():
        if part in runs:
            yield f"| {title} | {' | '.join(cell(part, kind, form) for kind in KINDS)} |"
    for title in SIZES if "memory" in runs else ():
        for more in ("", ", with mapped files"):
            cells = [f"{values('memory', f'{title}, {kind}{more}')[0]:,.0f}" for kind in KINDS]
            yield f"| peak memory, {title}{more} (MB) | {' | '.join(cells)} |"
    if "speed" in runs:
        yield ""
        speeds, bm3d = values("speed", "grey"), values("speed", "bm3d")
        times = [one / other for one, other in zip(speeds, bm3d, strict=True)]
        yield (
            f"BM3D, told the sigma, on {FOR_BM3D[1]} x {FOR_BM3D[0]} pixels in the same runs, on all cores: "
            f"{median_and_range(bm3d, '.3f')} megapixels a second; `denoise` is {median_and_range(times, '.0f')} times "
            "as fast."
        )
    if "install" in runs:
        yield ""
        megabytes, packages = (values("install", key)[0] for key in ("megabytes", "packages"))
        yield f"`pip install .` brings {megabytes:,.0f} MB in {packages:.0f} packages, without TensorFlow and DVC."


if __name__ == "__main__":
    run(main)
