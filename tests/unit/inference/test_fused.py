import numpy as np
import pytest

from denoising.inference.fused import fuse_upsampling
from denoising.models.registry import build_model


@pytest.mark.parametrize("architecture", ["cae", "deep_cae", "vae", "unet"])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_fused_model_computes_the_same(architecture: str, channels: int) -> None:
    model = build_model(architecture, (20, 12, channels), filters=4, depth=1)
    noisy = np.random.default_rng(1).random((3, 20, 12, channels), np.float32)
    np.testing.assert_allclose(fuse_upsampling(model).predict_on_batch(noisy), model.predict_on_batch(noisy), atol=1e-6)
    assert (fuse_upsampling(model) is model) == (architecture == "unet")
