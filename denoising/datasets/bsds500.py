"""The Berkeley segmentation data set, 500 photographs: from the cache, else from a mirror, each held to its checksum.

P. Arbelaez et al., Contour detection and hierarchical image segmentation, IEEE Transactions on Pattern Analysis and
Machine Intelligence 33 (2011), doi:10.1109/TPAMI.2010.161. For non-commercial research and education. As in the
denoising papers, the 400 images of its parts train and test are learned from, and 68 of its part val are measured.
"""

import hashlib
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from denoising.datasets.cache import cache_folder, mirrors_of
from denoising.datasets.download import download
from denoising.datasets.folder import ImageFile, sha256_of
from denoising.errors import DatasetUnavailableError, DenoisingError

MIRROR = "https://raw.githubusercontent.com/BIDS/BSDS500/master/BSDS500/data/images/"
CHECKSUMS = Path(__file__).with_name("bsds500.sha256")
MAX_BYTES = 2**20  # of one photograph
MEASURED = frozenset(
    """
    101085 101087 102061 103070 105025 106024 108005 108070 108082 109053 119082 12084 123074 126007
    130026 134035 14037 143090 145086 147091 148026 148089 157055 159008 160068 16077 163085 167062
    167083 170057 175032 175043 182053 189080 19021 196073 197017 208001 210088 21077 216081 219090
    220075 223061 227092 229036 236037 24077 241004 241048 253027 253055 260058 271035 285079 291000
    295087 296007 296059 299086 300091 302008 304034 304074 306005 3096 33039 351093
    """.split()  # noqa: SIM905 - easier to compare with the list of the papers
)


def load_bsds500(*, on_file: Callable[[], object] = lambda: None) -> dict[str, list[ImageFile]]:
    """Return the files of each split: 400 for training, 32 for validation, 68 for the test.

    Raises:
        DatasetUnavailableError: when a photograph is neither in the cache nor on a mirror.
    """
    splits: dict[str, list[ImageFile]] = {"train": [], "validation": [], "test": []}
    folder = cache_folder() / "bsds500"
    for line in CHECKSUMS.read_text(encoding="ascii").splitlines():
        digest, name = line.split()
        part, stem = name.removesuffix(".jpg").split("/")
        path = folder / name
        if not _is_right(path, digest):
            _fetch(path, name, digest)
        split = "train" if part != "val" else "test" if stem in MEASURED else "validation"
        splits[split].append(ImageFile(name, path, digest))
        on_file()
    return splits


def _is_right(path: Path, digest: str) -> bool:
    with suppress(FileNotFoundError):
        if sha256_of(path) == digest:
            return True
        print(f"note: {path} is not the photograph of BSDS500. It is downloaded again.", file=sys.stderr)
    return False


def _fetch(path: Path, name: str, digest: str) -> None:
    def check(content: bytes, url: str) -> None:
        found = hashlib.sha256(content).hexdigest()
        if found != digest:
            raise DenoisingError(f"{url} is not the photograph {name}: its SHA-256 is {found[:12]}, not {digest[:12]}.")

    bases = mirrors_of("bsds500", [MIRROR])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        download([f"{base}{name.rpartition('/')[0]}/" for base in bases], target=path, limit=MAX_BYTES, check=check)
    except LookupError as failures:
        tried = "\n".join(f"  {line}" for line in failures.args[0])
        raise DatasetUnavailableError(
            f"The photograph {name} of BSDS500 is missing.\nTried:\n{tried}\nWhat to do, one of:\n  put the "
            f"folders train, val and test of BSDS500/data/images into {path.parents[1]}\n  (DENOISING_CACHE selects "
            "another folder, DENOISING_MIRRORS other mirrors)"
        ) from None
