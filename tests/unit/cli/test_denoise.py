import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from denoising.cli.main import run
from denoising.inference.export import export
from denoising.inference.networks import bundled_networks
from denoising.models.registry import build_model

RANDOM = np.random.default_rng(1)
GREY = RANDOM.normal(128, 25, (40, 52)).clip(0, 255).astype(np.uint8)


def image(path: Path, array: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]" = GREY) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path)
    return path


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def command(*words: str | Path, **options: object) -> "subprocess.Popen[bytes]":
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen([sys.executable, "-m", "denoising", *map(str, words)], **pipes)  # type: ignore[call-overload]


def test_a_folder_keeps_its_tree(tmp_path: Path) -> None:
    for name in ("a.png", "deep/er/b.png", ".hidden/c.png", ".d.png"):
        image(tmp_path / "in" / name)
    (tmp_path / "in/notes.txt").write_text("not an image")
    (tmp_path / "in/deep/loop").symlink_to(tmp_path / "in")
    assert run([str(tmp_path / "in"), "-o", str(tmp_path / "flat")]) == 0
    assert files(tmp_path / "flat") == ["a.png"]
    inside = tmp_path / "in/out"  # whose results are not denoised again
    for _ in range(2):
        assert run([str(tmp_path / "in"), "-o", str(inside), "--recursive", "--overwrite"]) == 0
        assert files(inside) == ["a.png", "deep/er/b.png"]


def test_grey_and_colour_pictures_have_a_network_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = build_model("drunet", (None, None, 3), filters=4, depth=1)
    model.save(tmp_path / "color.h5")
    networks = {**bundled_networks(), "natural-color": tmp_path / "color.onnx"}
    export(tmp_path / "color.h5", networks["natural-color"], to="onnx", metadata={})
    monkeypatch.setattr("denoising.inference.networks.bundled_networks", lambda: networks)
    noisy = {"natural-gray": GREY, "natural-color": np.dstack([GREY, GREY[::-1], GREY[:, ::-1]])}
    paths = [image(tmp_path / f"{name}.png", array) for name, array in noisy.items()]
    assert run([*map(str, paths), "-o", str(tmp_path / "out"), "--jobs", "2"]) == 0
    said = capsys.readouterr().out
    assert "Denoised 2 images with natural-color (1) and natural-gray (1) in" in said
    assert "for grey images" not in said
    for path in paths:
        assert run([str(path), "-o", str(tmp_path / "named"), "--model", path.stem]) == 0
        assert (tmp_path / "named" / path.name).read_bytes() == (tmp_path / "out" / path.name).read_bytes()


def test_a_failure_is_one_sentence_and_the_others_are_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [image(tmp_path / f"{number}.png") for number in range(3)]
    paths[1].write_text("not an image")
    assert run([*map(str, paths), "-o", str(tmp_path / "out")]) == 1
    assert files(tmp_path / "out") == ["0.png", "2.png"]
    said = capsys.readouterr()
    assert said.err == f"denoise: {paths[1]}: this is no PNG, JPEG, TIFF, WebP or BMP image\n"
    assert "Denoised 2 images with natural-gray" in said.out
    assert "1 of 3 failed" in said.out


def test_what_a_folder_has_besides_images_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "in"
    image(folder / "deep/b.png")
    image(folder / "a.png")
    for name in ("c.gif", "d.heic", ".hidden"):
        (folder / name).write_bytes(b"GIF8")
    for words in (["--dry-run"], []):
        assert run([str(folder), "-o", str(tmp_path / "out"), *words]) == 0
        said = capsys.readouterr().out
        assert f"Left out, subfolders without --recursive: {folder}/deep." in said
        assert f"Left out, no suffix of PNG, JPEG, TIFF, WebP or BMP: {folder}/c.gif, {folder}/d.heic." in said


def test_notes_name_the_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grey = np.dstack([GREY] * 3)
    paths = [image(tmp_path / f"{number}.png", grey) for number in range(4)]
    paths.append(image(tmp_path / "dark.png", np.uint16(16) * GREY))
    assert run([*map(str, paths), "-o", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert f"since natural-color leaves such noise: {paths[0]}, {paths[1]}, {paths[2]} and 1 more." in said
    assert f"--white 16383 for 14: {paths[4]}." in said


def test_what_is_no_file_is_named_and_the_others_are_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "in"
    image(folder / "a.png")
    (folder / "dangling.png").symlink_to(folder / "nothing")
    os.mkfifo(folder / "pipe.png")
    (tmp_path / "empty").mkdir()
    inputs = [str(path) for path in (folder, tmp_path / "empty", tmp_path / "missing.png")]
    assert run([*inputs, "-o", str(tmp_path / "out")]) == 1
    assert files(tmp_path / "out") == ["a.png"]
    said = capsys.readouterr()
    for sentence in (
        "dangling.png: there is no such file",
        "pipe.png: it is neither a file nor a folder",
        "empty: there is no image in it",
        "missing.png: there is no such file",
    ):
        assert sentence in said.err
    assert "4 of 5 failed" in said.out


def test_a_folder_is_not_replaced_by_a_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = image(tmp_path / "x/scans.png").rename(tmp_path / "x/scans")
    original = image(tmp_path / "scans/original.png")
    assert run([str(source), "-o", str(tmp_path), "--overwrite"]) == 1
    assert "where its result would go, is a folder" in capsys.readouterr().err
    assert original.exists()


def test_results_that_are_there_are_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, there = image(tmp_path / "a.png"), tmp_path / "out/a.png"
    there.parent.mkdir()
    there.write_text("mine")
    assert run([str(path), str(tmp_path / "out/../a.png"), "-o", str(there.parent)]) == 0
    assert "1 image kept that was in" in capsys.readouterr().out
    assert there.read_text() == "mine"
    assert run([str(path), "-o", str(there.parent), "--overwrite"]) == 0
    with Image.open(there) as written:
        assert written.size == (52, 40)


@pytest.mark.parametrize("overwrite", [[], ["--overwrite"]])
def test_an_original_is_never_replaced(
    tmp_path: Path, overwrite: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = image(tmp_path / "a.png")
    (tmp_path / "link").symlink_to(tmp_path)
    before = path.read_bytes()
    for output in (tmp_path, tmp_path / "link", tmp_path / "x/.."):
        (tmp_path / "x").mkdir(exist_ok=True)
        assert run([str(path), "-o", str(output), *overwrite]) == 1
        assert "would replace the image that it is made from" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_two_results_of_one_name_are_refused_and_the_others_are_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, third = image(tmp_path / "x/a.png"), image(tmp_path / "y/A.png"), image(tmp_path / "y/b.png")
    assert run([str(first), str(second), str(third), "-o", str(tmp_path / "out")]) == 1
    said = capsys.readouterr()
    assert f"{first}: {first} and {second} would all become" in said.err
    assert "2 of 3 failed" in said.out
    assert files(tmp_path / "out") == ["b.png"]
    image(tmp_path / "x/a.bmp")
    assert run([str(tmp_path / "x"), "-o", str(tmp_path / "out"), "--format", "tiff"]) == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nothing.png", "-o", "out", "--quiet"], "nothing.png: there is no such file"),
        (["here.png"], "Say where the results go: denoise ... -o FOLDER"),
        (["here.png", "-o", "here.png"], "here.png is a file; give a folder"),
        (["empty", "-o", "out", "--quiet"], "empty: there is no image in it"),
        (["here.png", "-o", "out", "--model", "nothing"], "There is no network nothing; name a file"),
        (["here.png", "-o", "out", "--model", "natural_gray"], "did you mean natural-gray?"),
        (["here.png", "-o", "out", "--model", "here.png"], "cannot be loaded"),
        (["here.png", "-o", "out", "--sigma", "300"], "sigma from 0 to 255, found 300"),
        (["here.png", "-o", "out", "--jobs", "0"], "one job or more"),
        (["here.png", "-o", "out", "--tile", "0"], "tile of 1 pixel or more"),
        (["here.png", "-o", "out", "--white", "0"], "white level from 1 to 65535, found --white 0"),
        (["here.png", "-o", "out", "--white", "nan"], "white level from 1 to 65535, found --white nan"),
        (["here.png", "-o", "out", "--white", "inf"], "white level from 1 to 65535, found --white inf"),
        (["-", "here.png", "-o", "out"], "- cannot be combined"),
        (["-", "--dry-run"], "--dry-run cannot be combined"),
    ],
)
def test_a_wrong_word_is_one_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    image(Path("here.png"))
    Path("empty").mkdir()
    assert run(words) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert sentence in line
    assert files(tmp_path) == ["here.png"]


def test_a_dry_run_says_what_would_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = image(tmp_path / "a.png")
    assert run([str(path), "-o", str(tmp_path / "out"), "--dry-run", "--format", "tiff"]) == 0
    assert capsys.readouterr().out == f"{path} → {tmp_path / 'out/a.tif'}\n"
    assert files(tmp_path) == ["a.png"]


def test_a_pipe_gives_what_a_file_gives(tmp_path: Path) -> None:
    path = image(tmp_path / "a.png")
    assert run([str(path), "-o", str(tmp_path / "out")]) == 0
    denoised, errors = command("-").communicate(path.read_bytes())
    assert denoised == (tmp_path / "out/a.png").read_bytes()
    assert errors == b""
    process = command("-")
    assert process.communicate(b"no image")[1] == (
        b"denoise: standard input: this is no PNG, JPEG, TIFF, WebP or BMP image\n"
    )
    assert process.returncode == 1


@pytest.mark.parametrize(
    ("to", "suffix"), [("png", "png"), ("jpeg", "jpg"), ("tiff", "tif"), ("webp", "webp"), ("bmp", "bmp")]
)
def test_another_format_is_written_upright_with_profile_and_resolution(tmp_path: Path, to: str, suffix: str) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Maker"
    Image.fromarray(np.dstack([GREY] * 3)).save(tmp_path / "a.png", exif=exif, dpi=(300, 300))
    assert run([str(tmp_path / "a.png"), "-o", str(tmp_path / "out"), "--format", to, "--model", "natural-gray"]) == 0
    with Image.open(tmp_path / f"out/a.{suffix}") as written:
        assert written.format == to.upper()
        turned = written.getexif().get(0x0112, 1)
        assert (written.size, turned) == (((52, 40), 6) if to == "png" else ((40, 52), 1))  # a PNG is kept as it is
        if to in ("png", "jpeg", "tiff"):
            assert written.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_a_format_that_cannot_hold_an_image_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image(tmp_path / "alpha.png", np.dstack([GREY] * 4))
    assert run([str(tmp_path / "alpha.png"), "-o", str(tmp_path / "out"), "--format", "jpeg"]) == 1
    assert "alpha.png: it has transparency, which jpeg cannot hold; use --format png" in capsys.readouterr().err
    assert files(tmp_path / "out") == []


def test_a_page_with_a_thumbnail_is_one_image_and_several_pages_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, kind in (("thumbnail", 1), ("pages", 0)):
        with tifffile.TiffWriter(tmp_path / f"{name}.tif") as writer:
            writer.write(GREY, metadata=None)
            writer.write(GREY[:20, :20], subfiletype=kind, metadata=None)
    written = tmp_path / "out"
    assert run([str(tmp_path / "thumbnail.tif"), "-o", str(written), "--format", "png"]) == 0
    assert run([str(tmp_path / "pages.tif"), "-o", str(written), "--format", "png"]) == 1
    assert "pages.tif: it has several pages, which png cannot hold" in capsys.readouterr().err
    assert files(written) == ["thumbnail.png"]


def test_networks_of_digits_take_digits_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build_model("cae", (28, 28, 1)).save(tmp_path / "digits.h5", include_optimizer=False)
    words = ["-o", str(tmp_path / "out"), "--model", str(tmp_path / "digits.h5")]
    assert run([str(image(tmp_path / "digit.png", GREY[:28, :28])), *words]) == 0
    assert run([str(image(tmp_path / "photo.png")), *words]) == 1
    assert "digits.h5 takes images of 28 x 28 pixels; this one has 52 x 40" in capsys.readouterr().err


def test_other_signs_than_those_of_the_terminal_are_replaced(tmp_path: Path) -> None:
    path = image(tmp_path / "图.png")
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    out, errors = command(path, "-o", tmp_path / "out", "--dry-run", env=environment).communicate()
    assert errors == b""
    assert out.endswith(b"?.png\n")


def test_several_jobs_give_what_one_gives(tmp_path: Path) -> None:
    for number in range(6):
        image(tmp_path / f"in/{number}.png", np.roll(GREY, number))
    for jobs in ("1", "3"):
        assert run([str(tmp_path / "in"), "-o", str(tmp_path / jobs), "--jobs", jobs, "--quiet"]) == 0
    for number in range(6):
        one, three = (np.asarray(Image.open(tmp_path / f"{jobs}/{number}.png")).astype(int) for jobs in ("1", "3"))
        assert np.abs(one - three).max() <= 1


@pytest.mark.slow
@pytest.mark.parametrize("with_signal", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_what_is_interrupted_leaves_whole_files_only(tmp_path: Path, with_signal: signal.Signals) -> None:
    for number in range(9):
        image(tmp_path / f"in/{number}.png", np.tile(GREY, (25, 20)))
    process = command(tmp_path / "in", "-o", tmp_path / "out", "--tile", "64")
    while not list((tmp_path / "out").glob("?.png")) and process.poll() is None:
        time.sleep(0.01)
    os.kill(process.pid, with_signal)
    _, errors = process.communicate()
    assert process.returncode == (130 if with_signal == signal.SIGINT else -with_signal)
    assert b"Traceback" not in errors
    written = [path for path in (tmp_path / "out").iterdir() if not path.name.startswith(".")]
    assert 1 <= len(written) < 9
    for path in written:
        assert np.asarray(Image.open(path)).shape == (1000, 1040)
    if with_signal == signal.SIGINT:
        assert errors == b"denoise: interrupted; the files that were written are whole.\n"
    assert run([str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--overwrite", "--quiet"]) == 0
    assert files(tmp_path / "out") == [f"{number}.png" for number in range(9)]


def test_the_command_needs_no_tensorflow(tmp_path: Path) -> None:
    code = "import sys; from denoising.cli.main import run; run(sys.argv[1:]); print(*sorted(sys.modules))"
    words = [str(image(tmp_path / "a.png")), "-o", str(tmp_path / "out"), "--quiet"]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    imported = {name.partition(".")[0] for name in done.stdout.split()}
    assert "onnxruntime" in imported
    assert not imported & {
        "tensorflow",
        "keras",
        "dvc",
        "scipy",
        "skimage",
        "sklearn",
        "matplotlib",
        "onnx",
        "requests",
    }
