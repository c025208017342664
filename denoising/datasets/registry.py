"""The registry of data sets that can be downloaded: their four IDX files, mirrors and checksums."""

from dataclasses import dataclass

PARTS = ("train-images", "train-labels", "t10k-images", "t10k-labels")
CLASSES = 10
SHAPES = {
    "train-images": (60_000, 28, 28),
    "train-labels": (60_000,),
    "t10k-images": (10_000, 28, 28),
    "t10k-labels": (10_000,),
}


@dataclass(frozen=True)
class Downloadable:
    """A data set in MNIST's format: `sha256` of the decompressed files where known, `md5` of the original archives."""

    mirrors: tuple[str, ...]
    md5: dict[str, str]
    sha256: dict[str, str]


def file_name(part: str) -> str:
    """Return the file name of one of the four archives."""
    return f"{part}-idx{len(SHAPES[part])}-ubyte.gz"


def _by_part(*digests: str) -> dict[str, str]:
    return dict(zip(PARTS, digests, strict=True))


# Mirrors may recompress the archives, so MNIST is identified by their content. The checksums of the archives are those
# that torchvision and the authors of the data sets publish.
REGISTRY = {
    "mnist": Downloadable(
        mirrors=(
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
        ),
        md5=_by_part(
            "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "d53e105ee54ea40749a09fcbcd1e9432",
            "9fb629c4189551a2d022fa330f9573f3",
            "ec29112dd5afa0611ce80d1b7f02629c",
        ),
        sha256=_by_part(
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
    ),
    "fashion_mnist": Downloadable(
        mirrors=(
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        ),
        md5=_by_part(
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "25c81989df183df01b3e8a0aad5dffbe",
            "bef4ecab320f06d8554ea6380940ec79",
            "bb300cfdad3c16e7a12a480ee83cd310",
        ),
        sha256={},
    ),
    "kmnist": Downloadable(
        mirrors=("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
        md5=_by_part(
            "bdb82020997e1d708af4cf47b453dcf7",
            "e144d726b3acfaa3e44228e80efcd344",
            "5c965bf0a639b31b8f53240b1b52f4d7",
            "7320c461ea6c1c855c0b718fb2a4b134",
        ),
        sha256={},
    ),
}
