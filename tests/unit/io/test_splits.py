import errno
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from denoising.errors import DamagedFileError
from denoising.io.arrays import create_array, open_array
from denoising.io.splits import DatasetInfo, read_dataset_info, write_dataset_info
from denoising.noise.prepared import open_split

ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a test split of three images."""
    for part in ("clean", "noisy"):
        (tmp_path / part).mkdir()
    create_array(tmp_path / "clean/test.npy", (3, 4, 5, 1), np.uint8)[:] = 255
    create_array(tmp_path / "noisy/test.npy", (3, 4, 5, 1), np.float32)[:] = 0.5
    create_array(tmp_path / "clean/test_labels.npy", (3,), np.uint8)[:] = 7
    write_dataset_info(
        tmp_path,
        DatasetInfo(
            source="digits", verified=True, noise_kind="gaussian", noise_factor=0.5, noise_clip=True, noise_seed=1
        ),
    )
    return tmp_path


def test_a_split_is_mapped_not_read(folder: Path) -> None:
    split = open_split(folder, "test")
    assert isinstance(split.noisy, np.memmap)
    assert (len(split), split.image_shape) == (3, (4, 5, 1))
    assert not split.noisy.flags.writeable


def test_a_missing_array_is_named(folder: Path) -> None:
    (folder / "noisy/test.npy").unlink()
    with pytest.raises(DamagedFileError, match=r"noisy/test.npy is missing."):
        open_split(folder, "test")


@pytest.mark.parametrize("kept", [0, 5, 60, 200])
def test_a_truncated_array_is_named(folder: Path, kept: int) -> None:
    path = folder / "noisy/test.npy"
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DamagedFileError, match=r"noisy/test.npy cannot be read"):
        open_split(folder, "test")


def test_a_pickled_array_is_refused(folder: Path) -> None:
    np.save(folder / "noisy/test.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(DamagedFileError, match=r"noisy/test.npy cannot be read"):
        open_split(folder, "test")


def test_arrays_that_do_not_match_are_refused(folder: Path) -> None:
    create_array(folder / "noisy/test.npy", (2, 4, 5, 1), np.float32)
    with pytest.raises(DamagedFileError, match=r"do not match.*uint8 \(3, 4, 5, 1\), noisy float32 \(2, 4, 5, 1\)"):
        open_split(folder, "test")
    create_array(folder / "clean/test.npy", (2, 4, 5, 1), np.uint8)
    with pytest.raises(DamagedFileError, match=r"do not match: 2 images, \[3\] labels or names"):
        open_split(folder, "test")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="claims disk space by posix_fallocate")
def test_a_full_disk_is_an_error_not_a_crash(tmp_path: Path) -> None:
    code = f"""
import resource, signal, numpy as np
from pathlib import Path
from denoising.io.arrays import create_array
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    create_array(Path({str(tmp_path / "a.npy")!r}), (100_000,), np.uint8)
except OSError as error:
    print(error.errno)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == str(errno.EFBIG), done.stderr
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 4096


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"source": "mnist", "verified": true}', "is incomplete: 'noise' is missing"),
        ('{"source": "mnist", "verified": true, "noise": 5}', "is damaged"),
    ],
)
def test_a_description_that_lacks_something_is_named(text: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "about.json").write_text(text)
    with pytest.raises(DamagedFileError, match=sentence):
        read_dataset_info(tmp_path)


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 1)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 1000000000)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 'many'}",
        "{'descr': [('a', '<f4', None)], 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': ((",
        "(" * 500,
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}",
    ],
)
def test_an_array_with_a_hostile_header_is_one_sentence(header: str, tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    line = header.encode("latin1") + b"\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + len(line).to_bytes(2, "little") + line + bytes(64))
    with pytest.raises(DamagedFileError, match=r"a.npy cannot be read as an array: .+\.$"):
        open_array(path)
