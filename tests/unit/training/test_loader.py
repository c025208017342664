import numpy as np

from denoising.io.splits import Split
from denoising.training.loader import TrainingLoader, choose_subset


def test_a_subset_of_the_images_stays_the_same_in_every_epoch(squares: Split) -> None:
    chosen = choose_subset(64, fraction=0.25, seed=1)
    loader = TrainingLoader(squares, chosen, None, batch_size=8, seed=1)
    seen = [{image.tobytes() for noisy, _, _ in loader.epoch(number) for image in noisy} for number in (1, 2)]
    assert len(loader) == len(seen[0]) == 16
    assert chosen.base is None  # the order of all images is not kept in memory
    assert seen[0] == seen[1] == {image.tobytes() for image in squares.noisy[chosen]}
    assert chosen.max() > 32  # from all of them


def test_noisy_and_clean_images_stay_together(squares: Split) -> None:
    loader = TrainingLoader(squares, choose_subset(64, fraction=1, seed=1), None, batch_size=8, seed=1)
    for noisy, clean, _ in loader.epoch(1):
        assert len(noisy) == len(clean) == 64
        for one, other in zip(noisy, clean, strict=True):
            place = next(index for index, image in enumerate(squares.noisy) if image.tobytes() == one.tobytes())
            np.testing.assert_array_equal(other, squares.clean[place])
