"""What the stages wrote is what the library gives for the right images, seeds and noise."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from checkout import Checkout, stages_run

from denoising import metrics
from denoising.datasets.sources import LabelledImages
from denoising.errors import DenoisingError
from denoising.figures.fonts import han_font
from denoising.figures.results import Results
from denoising.images import as_bytes, as_float
from denoising.io.baseline_results import evenly_spaced, open_baseline_results
from denoising.io.contact_sheets import read_contact_sheet
from denoising.io.splits import SPLIT_NAMES, read_dataset_info, write_dataset_info
from denoising.io.tables import Columns, read_table
from denoising.noise.models import Noise, add_noise
from denoising.noise.prepared import open_split
from stages import prepare

NOISE = Noise("gaussian", 0.5)


@pytest.fixture(scope="module")
def folder(reproduced: Checkout) -> Path:
    return reproduced.folder


@pytest.fixture(scope="module")
def images(folder: Path) -> Columns:
    return read_table(folder / "reports/evaluation/images.csv")


@pytest.mark.parametrize("name", SPLIT_NAMES)
def test_the_prepared_noise_is_that_of_seed_split_and_index(name: str, folder: Path) -> None:
    split = open_split(folder / "data/prepared", name)
    expected = add_noise(as_float(split.clean), NOISE, seed=1, key=(SPLIT_NAMES.index(name),))
    assert np.array_equal(split.noisy, expected)


def test_the_table_of_images_is_in_the_order_of_the_test_images(folder: Path, images: Columns) -> None:
    split = open_split(folder / "data/prepared", "test")
    clean = as_float(split.clean)
    assert images["label"].tolist() == split.labels.tolist()
    assert images["noisy_psnr"] == pytest.approx(metrics.psnr(clean, split.noisy), rel=1e-5)
    assert images["noisy_ssim"] == pytest.approx(metrics.ssim(clean, split.noisy), rel=1e-5)


def test_the_metrics_average_the_prepared_and_new_noise(folder: Path) -> None:
    split = open_split(folder / "data/prepared", "test")
    clean = as_float(split.clean)
    new = [add_noise(clean, NOISE, seed=1, key=(2, number)) for number in (1, 2)]
    expected = np.mean([metrics.psnr(clean, noisy).mean() for noisy in (split.noisy, *new)])
    assert json.loads((folder / "reports/metrics.json").read_text())["noisy"]["psnr"] == pytest.approx(
        expected, rel=1e-5
    )


def test_no_validation_image_is_both_for_tuning_and_measured(folder: Path) -> None:
    count = len(open_split(folder / "data/prepared", "validation"))
    measured = np.load(folder / "data/baselines/validation_indices.npy")
    assert measured.tolist() == evenly_spaced(count, count=8)[1::2].tolist()  # the others are for tuning


def test_every_method_stands_in_its_row_of_the_sheet(folder: Path) -> None:
    """Best last, one image of each class, all of the same images."""
    split = open_split(folder / "data/prepared", "test")
    table = read_table(folder / "reports/evaluation/methods.csv")
    assert sorted(table["psnr"])[::-1] == table["psnr"].tolist()
    rows = [*table["method"][::-1], "clean"]
    examples = read_table(folder / "reports/evaluation/examples.csv")
    chosen = examples["index"][examples["group"] == "methods"].astype(int)
    assert len(set(split.labels[chosen])) == len(chosen) > 5
    sheet = read_contact_sheet(folder / "reports/evaluation/examples/methods.png", rows=rows, count=len(chosen))
    baselines = open_baseline_results(folder / "data/baselines", "test", image_shape=split.image_shape)
    place = [baselines.indices.tolist().index(index) for index in chosen]
    assert np.array_equal(sheet["clean"], split.clean[chosen, ..., 0])
    assert np.array_equal(sheet["noisy"], as_bytes(split.noisy[chosen, ..., 0]))
    for method, stack in baselines.images.items():
        assert np.array_equal(sheet[method], as_bytes(stack[place][..., 0])), method


@pytest.mark.parametrize("group", ["first", "best", "median", "worst"])
def test_an_example_is_drawn_with_its_own_numbers(group: str, folder: Path, images: Columns) -> None:
    split = open_split(folder / "data/prepared", "test")
    results = Results.read(
        evaluation=folder / "reports/evaluation", training=folder / "reports/training", columns=3, dpi=40
    )
    rows, indices = results.example(group, 3)
    assert np.array_equal(rows["clean"], split.clean[indices, ..., 0])
    assert np.array_equal(rows["noisy"], as_bytes(split.noisy[indices, ..., 0]))
    assert results.decibels("denoised", indices) == [f"{images['denoised_psnr'][index]:.1f} dB" for index in indices]
    ranking = np.argsort(images["denoised_psnr"], kind="stable")
    expected = {"first": 0, "best": ranking[-1], "worst": ranking[0], "median": ranking[len(ranking) // 2]}
    assert images["denoised_psnr"][indices[0]] == images["denoised_psnr"][expected[group]]


def test_the_margin_is_that_over_the_best_filter(folder: Path, images: Columns) -> None:
    split = open_split(folder / "data/prepared", "test")
    baselines = open_baseline_results(folder / "data/baselines", "test", image_shape=split.image_shape)
    clean = as_float(split.clean[baselines.indices])
    best = max(metrics.psnr(clean, baselines.images[method]).mean() for method in baselines.methods)
    denoised = images["denoised_psnr"][baselines.indices].mean()
    found = json.loads((folder / "reports/metrics.json").read_text())["margin"]["psnr"]
    assert found == pytest.approx(denoised - best, abs=1e-3)
    assert images["filtered"].sum() == len(baselines.indices)


def test_the_histogram_counts_every_image_in_its_bin(folder: Path, images: Columns) -> None:
    histogram = read_table(folder / "reports/evaluation/psnr_histogram.csv")
    for kind in ("noisy", "denoised"):
        inside = [np.sum(np.abs(images[f"{kind}_psnr"] - middle) < 0.125) for middle in histogram["psnr"]]
        assert histogram[kind].sum() == len(images["index"])
        assert histogram[kind] == pytest.approx(np.array(inside), abs=1)  # values on an edge, rounded


def test_the_classifier_is_measured_by_what_it_gets_right(folder: Path) -> None:
    summary = json.loads((folder / "reports/classifier/summary.json").read_text())
    assert summary["validation_accuracy"] > 0.8


def test_noise_does_not_depend_on_the_chunks_in_which_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    split = open_split(folder / "data/prepared", "test")
    monkeypatch.setattr(prepare, "CHUNK", 100)
    images = LabelledImages(np.asarray(split.clean), np.asarray(split.labels))
    for kind in ("clean", "noisy"):
        (tmp_path / kind).mkdir()
    prepare.write_split(tmp_path, "test", images, noise=NOISE, seed=1, on_images=lambda count: None)
    assert np.array_equal(np.load(tmp_path / "noisy/test.npy"), split.noisy)


def test_noise_that_is_not_stored_is_the_same(tmp_path: Path, folder: Path) -> None:
    split = open_split(folder / "data/prepared", "test")
    images = LabelledImages(np.asarray(split.clean), np.asarray(split.labels))
    for kind in ("clean", "noisy"):
        (tmp_path / kind).mkdir()
    prepare.write_split(tmp_path, "test", images, noise=None, seed=1, on_images=lambda count: None)
    info = read_dataset_info(folder / "data/prepared")
    write_dataset_info(tmp_path, replace(info, noise_stored=False))
    assert not list((tmp_path / "noisy").iterdir())
    assert np.array_equal(open_split(tmp_path, "test").noisy[:], split.noisy)


@pytest.mark.slow
def test_a_pipeline_that_stores_no_noisy_images_gives_the_same_results(reproduced: Checkout, tmp_path: Path) -> None:
    drawing = reproduced.copy(tmp_path / "copy")
    drawing.set("store_noisy", "false")
    assert stages_run(drawing.dvc("repro"))[:3] == ["prepare", "train", "baselines"]
    assert not list((drawing.folder / "data/prepared/noisy").iterdir())
    for name in ("models/denoiser.h5", "reports/metrics.json", "reports/evaluation/images.csv"):
        assert (drawing.folder / name).read_bytes() == (reproduced.folder / name).read_bytes(), name
    traced = [json.loads(of.read("reports/summary.json"))["traced_noise"] for of in (drawing, reproduced)]
    assert traced[0] == traced[1] > 0


@pytest.mark.slow
def test_the_report_is_written_in_chinese_by_a_parameter(reproduced: Checkout, tmp_path: Path) -> None:
    try:
        han_font()
    except DenoisingError:
        pytest.skip("no font with Chinese characters is installed")
    chinese = reproduced.copy(tmp_path / "copy")
    chinese.set("language", "zh-CN")
    assert stages_run(chinese.dvc("repro")) == ["plot", "report"]
    page = chinese.read("reports/report.html")
    assert '<html lang="zh-CN">' in page
    assert "去噪结果：scikit-learn 手写数字" in page
    assert "PSNR after" not in page


@pytest.mark.slow
@pytest.mark.parametrize("name", ["train", "validation"])
def test_a_test_image_that_was_learned_from_ends_the_evaluation(
    name: str, reproduced: Checkout, tmp_path: Path
) -> None:
    leaky = reproduced.copy(tmp_path / "copy")
    path = leaky.folder / f"data/prepared/clean/{name}.npy"
    images = np.load(path)
    images[3] = np.load(leaky.folder / "data/prepared/clean/test.npy")[5]
    path.unlink()  # DVC may have linked it to its cache
    np.save(path, images)
    done = leaky.run("python", "-m", "stages.evaluate")
    assert done.returncode == 1
    assert "1 measured images were also trained on; the source repeats 0" in done.stdout
