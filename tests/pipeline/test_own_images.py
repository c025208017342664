"""A person's own folder, through the whole pipeline with a real DVC."""

import json
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import yaml
from checkout import Checkout, kill_after_an_epoch, stages_run
from PIL import Image
from scipy.ndimage import gaussian_filter

TRAIN = {
    "architecture": "drunet",
    "filters": 4,
    "depth": 1,
    "train_fraction": 1.0,
    "examples": "patches",
    "patch_size": 16,
    "patches_per_image": 8,
    "epochs": 1,
    "batch_size": 8,
    "loss": "mean_squared_error",
    "optimizer": "adam",
    "learning_rate": 0.002,
    "lr_schedule": "constant",
    "beta_2": 0.99,
    "ema_decay": 0.0,
    "patience": 0,
    "precision": "float32",
    "seed": 1,
}
PER_EPOCH = {"noise_sampling": "per_epoch", "noise_factor_range": "prepared"}
UNCLIPPED = {"kind": "gaussian", "factor": "25/255", "clip": False}


def picture(path: Path, *, seed: int, size: tuple[int, int], noisy: float = 0.0) -> None:
    """Write a smooth random picture in colour, the same for the same seed but for the noise."""
    random = np.random.default_rng(seed)
    smooth = gaussian_filter(random.random((*size, 3)), (3, 3, 0))
    smooth = (smooth - smooth.min()) / np.ptp(smooth)
    pixels = smooth + noisy * np.random.default_rng(seed + 1000).standard_normal(smooth.shape)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.rint(255 * np.clip(pixels, 0, 1)).astype(np.uint8)).save(path)


def set_parameters(checkout: Checkout, **changes: Any) -> None:
    """Change parameters, by their dotted names with __ for the dot; sections are replaced whole."""
    path = checkout.folder / "params.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    for name, value in changes.items():
        *parents, key = name.split("__")
        holder = document
        for parent in parents:
            holder = holder[parent]
        holder[key] = value
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Return a checkout whose pipeline has run on 24 pictures of three sizes."""
    checkout = Checkout.create(tmp_path_factory.mktemp("own"))
    for number in range(24):
        size = ((40, 56), (56, 40), (61, 47))[number % 3]
        picture(checkout.folder / f"data/images/图 {number:02}.{('png', 'webp')[number % 2]}", seed=number, size=size)
    set_parameters(
        checkout, prepare__source="folder", prepare__noise=UNCLIPPED, train={**TRAIN, **PER_EPOCH}, evaluate__images=20
    )
    (checkout.folder / "done.txt").write_text(checkout.dvc("repro"), encoding="utf-8")
    checkout.commit("Run")
    return checkout


@pytest.fixture
def copy(own: Checkout, tmp_path: Path) -> Checkout:
    return own.copy(tmp_path / "copy")


@pytest.mark.slow
def test_a_folder_gives_a_trained_measured_and_drawn_denoiser(own: Checkout) -> None:
    stages = ["index", "prepare", "train", "baselines", "classifier", "evaluate", "export", "plot", "report"]
    assert stages_run(own.read("done.txt")) == stages
    metrics = json.loads(own.read("reports/metrics.json"))
    assert metrics["noisy"]["psnr"] == pytest.approx(20.17, abs=0.1)  # sigma 25, not clipped
    assert set(metrics["denoised"]) == {"psnr", "ssim", "mse"}
    model = keras.models.load_model(own.folder / "models/denoiser.h5", compile=False)
    assert model.input_shape == model.output_shape == (None, None, None, 1)
    head, *rows = own.read("reports/evaluation/images.csv").splitlines()
    assert head.startswith("index,file,filtered,noisy_mse")
    assert all("图 " in row for row in rows)


@pytest.mark.slow
def test_nothing_speaks_of_classes_or_digits_where_there_are_none(own: Checkout) -> None:
    page = own.read("reports/report.html")
    text = "".join(part.partition('"')[2] for part in page.split("base64,"))  # without the figures
    for word in ("digit", "ccuracy", "repaired", "class "):
        assert word not in text.replace('class="', ""), word
    assert "There are too few images for confidence intervals." in page
    for name in ("summary.json", "provenance.json"):
        assert "accuracy" not in own.read(f"reports/evaluation/{name}")
    figures = {path.stem for path in (own.folder / "reports/figures").iterdir()}
    assert "whole_image" in figures
    assert not figures & {"confusion", "by_class", "repaired_and_flipped"}


@pytest.mark.slow
def test_a_changed_added_or_removed_image_rebuilds_and_nothing_else_does(copy: Checkout) -> None:
    assert stages_run(copy.dvc("repro")) == []
    folder = copy.folder / "data/images"
    (folder / "notes.txt").write_text("not an image")
    assert stages_run(copy.dvc("repro")) == ["index"]
    picture(folder / "new.png", seed=99, size=(40, 40))
    assert stages_run(copy.dvc("repro"))[:3] == ["index", "prepare", "train"]
    (folder / "new.png").unlink()
    assert set(stages_run(copy.dvc("repro"))) <= {"report"}  # the rest comes from the run cache


@pytest.mark.slow
def test_another_source_does_not_depend_on_the_folder(reproduced: Checkout, tmp_path: Path) -> None:
    digits = reproduced.copy(tmp_path / "digits")
    picture(digits.folder / "data/images/mine.png", seed=1, size=(40, 40))
    assert stages_run(digits.dvc("repro")) == ["index"]
    assert digits.read("data/index.json") == "{}\n"


@pytest.mark.slow
def test_a_folder_that_dvc_tracks_is_pulled_elsewhere(copy: Checkout, tmp_path: Path) -> None:
    copy.run("cp", "-r", "data/images", "data/photos")
    copy.run("rm", "data/photos/.gitignore")
    copy.dvc("add", "data/photos")
    set_parameters(copy, prepare__folder__clean="data/photos")
    copy.dvc("remote", "add", "--default", "store", str(tmp_path / "store"))
    copy.dvc("repro")
    copy.commit("Track the photographs")
    copy.dvc("push")
    copy.run("git", "clone", "--quiet", str(copy.folder), str(tmp_path / "clone"))
    elsewhere = Checkout(tmp_path / "clone")
    elsewhere.dvc("pull")
    assert stages_run(elsewhere.dvc("repro")) == []
    assert len(list((elsewhere.folder / "data/photos").iterdir())) == 24


@pytest.mark.slow
def test_recorded_pairs_are_learned_from_without_noise_of_ours(copy: Checkout) -> None:
    for number in range(24):
        size = ((40, 56), (56, 40), (61, 47))[number % 3]
        for version in ("a", "b"):
            picture(copy.folder / f"data/noisy/图 {number:02}/{version}.png", seed=number, size=size, noisy=0.2)
    stopped = copy.run("dvc", "repro")
    assert stopped.returncode != 0
    assert "data/noisy contains 48 noisy images, but prepare.noise.kind is gaussian" in stopped.stdout
    set_parameters(copy, prepare__noise={"kind": "recorded"}, train={**TRAIN, "noise_sampling": "stored"})
    copy.dvc("repro")
    summary = json.loads(copy.read("reports/summary.json"))
    assert summary["noise"] == {"kind": "recorded"}
    assert summary["noisy"]["psnr"] == pytest.approx(17.7, abs=0.5)  # the luma of three independent colours
    assert summary["images"] == 2 * summary["independent_groups"] == 10
    page = copy.read("reports/report.html")
    assert "Each noisy image was recorded" in page
    assert "the intervals treat them as 5 groups" in page
    figures = {path.stem for path in (copy.folder / "reports/figures").iterdir()}
    assert not figures & {"noise_sweep", "noise_types"}


@pytest.mark.slow
def test_every_bad_file_is_named_before_anything_is_computed(copy: Checkout) -> None:
    before = copy.run("git", "rev-parse", "HEAD:reports").stdout
    folder = copy.folder / "data/images"
    (folder / "text.png").write_text("hello")
    whole = (folder / "图 00.png").read_bytes()
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
    picture(folder / "tiny.png", seed=5, size=(1, 1))
    stopped = copy.run("dvc", "repro")
    assert stopped.returncode != 0
    for name in ("text.png", "cut.png", "tiny.png"):
        assert f"data/images/{name}: " in stopped.stdout
    assert "Traceback" not in stopped.stdout
    assert copy.run("git", "status", "--porcelain", "reports").stdout == ""
    assert before


@pytest.mark.slow
def test_images_smaller_than_a_patch_and_mixed_sizes_without_patches_are_refused(copy: Checkout) -> None:
    set_parameters(copy, train={**TRAIN, **PER_EPOCH, "patch_size": 48})
    said = copy.run(sys.executable, "-m", "stages.train").stdout
    assert "smaller than a patch of 48x48 pixels:" in said
    patches = ("patch_size", "patches_per_image")
    whole = {name: value for name, value in {**TRAIN, **PER_EPOCH}.items() if name not in patches}
    set_parameters(copy, train={**whole, "examples": "images"})
    said = copy.run(sys.executable, "-m", "stages.train").stdout
    assert "differ in size, or are larger than 256 pixels. Set train.examples to patches" in said


@pytest.mark.slow
def test_an_interrupted_training_on_patches_resumes_to_the_same_bytes(copy: Checkout) -> None:
    set_parameters(copy, train={**TRAIN, **PER_EPOCH, "epochs": 6})
    copy.dvc("repro", "train")
    expected = (copy.folder / "models/denoiser.h5").read_bytes()
    (copy.folder / "models/denoiser.h5").unlink()
    kill_after_an_epoch(copy, sys.executable, "-m", "stages.train")
    resumed = copy.run(sys.executable, "-m", "stages.train").stdout
    assert "Resuming after epoch" in resumed
    assert (copy.folder / "models/denoiser.h5").read_bytes() == expected


@pytest.mark.slow
def test_subfolders_that_are_classes_are_classified_as_digits_are(tmp_path: Path) -> None:
    checkout = Checkout.create(tmp_path)
    for kind, shade in {"dark": 60, "light": 190}.items():
        for number in range(15):
            pixels = np.random.default_rng(number + shade).normal(shade, 20, (28, 28))
            path = checkout.folder / f"data/images/{kind}/{number}.png"
            path.parent.mkdir(exist_ok=True)
            Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(path)
    set_parameters(
        checkout,
        prepare__source="folder",
        prepare__folder__labels="subfolder",
        prepare__noise={"kind": "gaussian", "factor": 0.2, "clip": True},
    )
    checkout.dvc("repro")  # the reference network, on images of one size
    metrics = json.loads(checkout.read("reports/metrics.json"))
    assert 0.3 <= metrics["clean"]["accuracy"] <= 1
    assert (checkout.folder / "reports/figures/confusion.png").exists()
    assert json.loads(checkout.read("reports/evaluation/summary.json"))["class_names"] == ["dark", "light"]
    assert keras.models.load_model(checkout.folder / "models/denoiser.h5", compile=False).input_shape[1:3] == (28, 28)
