import hashlib
from pathlib import Path

from denoising.evaluation.provenance import describe_model
from denoising.models.registry import build_model


def test_a_model_is_described_by_its_parameters_and_its_file(tmp_path: Path) -> None:
    path = tmp_path / "denoiser.h5"
    build_model("cae", (28, 28, 1)).save(path, include_optimizer=False)
    content = path.read_bytes()
    assert describe_model(path) == {
        "parameter_count": 12_193,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "md5": hashlib.md5(content).hexdigest(),
    }
