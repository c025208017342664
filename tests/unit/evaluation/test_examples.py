import numpy as np

from denoising.evaluation.example_crops import stacked
from denoising.evaluation.examples import one_per_class, select_examples


def table(
    psnr: np.ndarray, *, label: int = 1, clean: int = 1, noisy: int = 1, denoised: int = 1
) -> dict[str, np.ndarray]:
    seen = {"label": label, "clean_class": clean, "noisy_class": noisy, "denoised_class": denoised}
    return {"denoised_psnr": psnr, **{name: np.full(len(psnr), value) for name, value in seen.items()}}


def test_repaired_and_flipped_examples_follow_the_predicted_classes() -> None:
    def groups(**seen: int) -> list[str]:
        chosen = select_examples(table(np.ones(2), **seen))
        return [name for name in ("repaired", "flipped") if len(chosen[name])]

    assert groups() == []
    assert groups(noisy=7) == ["repaired"]
    assert groups(denoised=7) == ["flipped"]
    assert groups(noisy=7, denoised=7) == []  # lost before
    assert groups(clean=7, noisy=7, denoised=7) == []  # the denoiser is not to blame


def test_one_image_per_class_is_selected() -> None:
    assert one_per_class(np.array([3.0, 1.0, 3.0, 0.0])).tolist() == [3, 1, 0]


def test_examples_are_the_first_and_the_best_median_and_worst() -> None:
    psnr = np.random.default_rng(1).permutation(101.0 * np.arange(1001))
    chosen = select_examples(table(psnr))
    assert chosen["first"].tolist() == list(range(20))
    assert psnr[chosen["best"]].tolist() == sorted(psnr)[::-1][:20]
    assert psnr[chosen["worst"]].tolist() == sorted(psnr)[:20]
    assert psnr[chosen["median"]][0] == np.median(psnr)
    assert np.ptp(psnr[chosen["median"]]) == 19 * 101
    assert [len(group) for group in select_examples(table(psnr[:3])).values()] == [3, 3, 3, 3, 0, 0]


def test_crops_of_small_images_are_no_larger_than_the_images() -> None:
    crops = [np.full((28, 20, 1), 0.5, np.float32), np.full((24, 28, 1), 0.5, np.float32)]
    stack = stacked(crops)
    assert stack.shape == (2, 28, 28, 1)
    assert [float((of == 0.5).mean() * 784) for of in stack] == [28 * 20, 24 * 28]
    assert (stack[0, :, 20:] == 1).all()
