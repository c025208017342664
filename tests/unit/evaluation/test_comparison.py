from typing import Any

import numpy as np
import pytest

from denoising.evaluation.comparison import compare_methods, summarize_methods
from denoising.evaluation.noise_realizations import stored_noise
from denoising.evaluation.scores import score_realizations
from denoising.evaluation.summary import summarize_margin
from denoising.images import as_float
from denoising.inference.classifier import Classify
from denoising.inference.denoiser import Denoise
from denoising.io.baseline_results import BaselineResults
from denoising.io.splits import Split

BOOTSTRAP: dict[str, Any] = {"resamples": 200, "seed": 1}


def test_the_comparison_with_filters_is_paired_on_the_same_images(
    split: Split, classify: Classify, perfect: Denoise
) -> None:
    chosen = np.arange(0, 100, 4)
    clean, labels = as_float(split.clean[chosen]), np.asarray(split.labels)[chosen]
    filtered = BaselineResults(chosen, {"bm3d": 0.9 * clean, "black": np.zeros_like(clean)}, {}, {}, {})
    (scores,) = score_realizations(
        split, lambda noisy: 0.8 * perfect(noisy), classify, batch_size=32, realizations=[stored_noise(split)]
    )
    read = classify(clean) == labels
    table = summarize_methods(compare_methods(split, filtered, scores, classify, batch_size=7), read, **BOOTSTRAP)
    assert table["method"][:2] == ["bm3d", "denoiser"]  # the better one first
    assert table["images"] == [25] * 4
    rows = {method: {name: column[row] for name, column in table.items()} for row, method in enumerate(table["method"])}
    # An error of 0.2 of the image against one of 0.1: 6.02 dB behind, on every single image.
    assert rows["bm3d"]["margin_psnr"] == pytest.approx(-20 * np.log10(2))
    assert rows["bm3d"]["margin_psnr_low"] == pytest.approx(rows["bm3d"]["margin_psnr_high"])
    assert rows["denoiser"]["margin_psnr"] == 0
    for row in rows.values():
        assert row["margin_accuracy_low"] <= row["margin_accuracy"] <= row["margin_accuracy_high"]
    assert rows["black"]["margin_accuracy_low"] > 0.5
    was_read = read & (scores["noisy"]["accuracy"][chosen] == 1)
    for method, images in {"denoiser": 0.8 * clean, "bm3d": 0.9 * clean, "black": 0 * clean}.items():
        is_read = classify(images) == labels
        assert rows[method]["flipped"] == sum(was_read & ~is_read)
        assert rows[method]["repaired"] == sum(read & ~was_read & is_read)
    assert rows["black"]["flipped"] > 15
    best = summarize_margin(table, "bm3d")
    assert best["best_filter"]["method"] == "bm3d"
    assert best["margin"]["psnr"] == rows["bm3d"]["margin_psnr"]
    assert best["intervals"]["margin"]["psnr"]["low"] == rows["bm3d"]["margin_psnr_low"]
