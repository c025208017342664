"""The benchmarks, as far as they can be tried in seconds."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.clones import write_data
from benchmarks.natural_tables import render
from benchmarks.recorder import Recorder
from benchmarks.score_photographs import orientations
from benchmarks.variability import combine
from denoising.images import Images
from denoising.io.splits import SPLIT_NAMES
from denoising.io.tables import read_summary, write_summary
from denoising.noise.prepared import open_split
from denoising.training.loader import require_one_size
from tools.deviations import read_tolerances


def test_the_data_of_a_benchmark_are_what_a_training_expects(tmp_path: Path) -> None:
    images = np.random.default_rng(1).integers(0, 256, (5, 28, 28), np.uint8)
    write_data(tmp_path, train=images, validation=images[:2])
    splits = [open_split(tmp_path / "data/prepared", name) for name in SPLIT_NAMES]
    require_one_size(splits)
    assert [len(split) for split in splits] == [5, 2, 1]


def test_a_denoiser_is_applied_in_eight_orientations_and_turned_back() -> None:
    image = np.random.default_rng(1).random((1, 5, 7, 1), np.float32)
    seen: list[Images] = []

    def denoise(turned: Images) -> Images:
        seen.append(turned)
        return turned

    turned_back = list(orientations(denoise, image))
    assert len({of.tobytes() + bytes(of.shape) for of in seen}) == 8
    assert all((of == image).all() for of in turned_back)


def test_a_run_is_measured_once_and_again_for_other_code(tmp_path: Path) -> None:
    @dataclass
    class Seconds:
        seconds: float

    measured_numbers: list[int] = []

    def measure(number: int) -> Seconds:
        measured_numbers.append(number)
        return Seconds(float(number))

    for code in ("one", "one", "other"):
        recorder = Recorder(tmp_path / "record.json", head={"machine": "this"})
        recorder.add("run", measure, number=1, code=code)
    assert measured_numbers == [1, 1]
    assert read_summary(tmp_path / "record.json")["runs"]["run"] == [{"code": "other", "seconds": 1.0}]


def measured(**scores: Any) -> dict[str, Any]:
    return {"machine": "a processor, with bfloat16", "seconds": 100.0, "peak": 500.0, "scores": scores}


def test_the_table_of_photographs_shows_the_margin_over_bm3d_with_its_interval() -> None:
    ours, filtered = np.linspace(28, 30, 30), np.linspace(27.9, 29.5, 30)
    starfish = np.array([3])
    network = {"psnr": ours.tolist(), "psnr_8_bit": ours.tolist(), "psnr_of_8_orientations": (ours + 0.1).tolist()}
    runs = {
        "gray": [measured(bsd68={"25": network}, set12={"25": network})],
        "bm3d_grayscale_bsd68_25": [measured(bsd68={"25": {"psnr": filtered.tolist()}})],
        "memory_500": [measured(train={"megabytes": 900.0})],
        "memory_5000": [measured(train={"megabytes": 910.0})],
    }
    table = render({"runs": runs})
    assert (
        "| `natural_gray` | 100 s, with bfloat16 | BSD68, 25 | 28.70 | 29.00 | +0.30 (0.25 to 0.35) | 29.00 | 29.10 |"
        in table
    )
    rest = np.delete(ours, starfish).mean()
    assert (
        f"| `natural_gray` | 100 s, with bfloat16 | Set12 without Starfish, 25 |  | {rest:.2f} |  | {rest:.2f} |"
        in table
    )
    assert "| train | 900 MB | 910 MB |" in table


def variability(machine: str, *, tolerances: dict[str, float], seed: int = 1) -> dict[str, Any]:
    return {
        "machine": machine,
        "parameters": {"prepare": {"seed": seed}},
        "machines": {machine: {"tolerances": {"table": tolerances}}},
    }


def test_the_largest_tolerance_of_several_machines_counts(tmp_path: Path) -> None:
    first = variability("AMD", tolerances={"psnr": 0.2, "ssim": 0.01})
    record = combine(variability("Intel", tolerances={"psnr": 0.1, "ssim": 0.02, "mse": 0.3}), first)
    write_summary(tmp_path / "record.json", record)
    assert record["machine"] == "Intel"
    assert read_tolerances(tmp_path / "record.json") == {"table": {"psnr": 0.2, "ssim": 0.02, "mse": 0.3}}


def test_tolerances_of_other_parameters_or_of_the_same_machine_are_replaced() -> None:
    new = variability("Intel", tolerances={"psnr": 0.1})
    assert combine(new, variability("AMD", tolerances={"psnr": 0.2}, seed=2)) == new
    assert combine(new, variability("Intel", tolerances={"psnr": 0.2})) == new
    assert combine(new, {}) == new
