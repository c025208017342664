from pathlib import Path

import pytest

from denoising.models.registry import build_model


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """Return the file of an untrained denoiser for images (28, 28, 1)."""
    build_model("cae", (28, 28, 1)).save(tmp_path / "model.h5", include_optimizer=False)
    return tmp_path / "model.h5"
