import numpy as np
import pytest
from conftest import DIGITS

from stages.lib.dataset import Split
from stages.lib.evaluate.hygiene import refuse_leaks
from stages.lib.failure import Mistake
from stages.lib.images import as_float
from stages.lib.noise.families import KINDS, Noise, add_noise
from stages.lib.prepare.sources import count_repeated, load_source


def split(clean: np.ndarray, *, stream: int, kind: str = "gaussian", factor: float = 0.5) -> Split:
    noisy = add_noise(as_float(clean), Noise(kind, factor), seed=1, place=(stream,))
    return Split(clean, noisy, np.zeros(len(clean), np.uint8))


@pytest.fixture(scope="module")
def splits() -> dict[str, Split]:
    """The embedded digits, as prepare sets them apart."""
    parts = load_source(DIGITS).splits
    return {name: split(parts[name].images, stream=number) for number, name in enumerate(parts)}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("factor", [0.1, 0.5])
def test_what_prepare_sets_apart_passes(kind: str, factor: float, splits: dict[str, Split]) -> None:
    parts = enumerate(splits.values())
    train, validation, test = (split(part.clean, stream=n, kind=kind, factor=factor) for n, part in parts)
    assert refuse_leaks(test, [train, validation], shipped=0)[0] == 0


@pytest.mark.parametrize("name", ["train", "validation"])
def test_one_test_image_among_those_learned_from_is_enough(name: str, splits: dict[str, Split]) -> None:
    leaky = splits[name].clean.copy()
    leaky[7] = splits["test"].clean[3]
    others = {**splits, name: split(leaky, stream=5)}
    with pytest.raises(Mistake, match="1 measured images were also trained on; the source itself repeats 0"):
        refuse_leaks(splits["test"], [others["train"], others["validation"]], shipped=0)


def test_noise_used_twice_on_different_images_is_noticed(splits: dict[str, Split]) -> None:
    same_stream = split(splits["train"].clean, stream=2)  # that of the test images
    with pytest.raises(Mistake, match="The noise of .* measured images was also used in training"):
        refuse_leaks(splits["test"], [same_stream], shipped=0)


def test_what_the_source_itself_repeats_is_counted_not_refused(splits: dict[str, Split]) -> None:
    repeated = splits["train"].clean.copy()
    repeated[:2] = splits["test"].clean[:2]
    assert refuse_leaks(splits["test"], [split(repeated, stream=5)], shipped=2)[0] == 2
    with pytest.raises(Mistake, match="repeats 1"):
        refuse_leaks(splits["test"], [split(repeated, stream=5)], shipped=1)


def test_noise_that_leaves_no_trace_on_black_is_not_called_traced(splits: dict[str, Split]) -> None:
    for kind, traced in (("gaussian", True), ("speckle", False)):
        test = split(splits["test"].clean, stream=1, kind=kind)
        assert (refuse_leaks(test, [splits["train"]], shipped=0)[1] > 0) == traced


def test_without_noise_there_is_none_to_find_twice(splits: dict[str, Split]) -> None:
    train, test = (split(splits[name].clean, stream=1, factor=0) for name in ("train", "test"))
    assert refuse_leaks(test, [train], shipped=0)[0] == 0


def test_repeated_images_of_a_source_are_counted() -> None:
    images = np.arange(5, dtype=np.uint8)[:, None, None] * np.ones((28, 28), np.uint8)
    assert count_repeated(images, among=images[3:]) == 2
    assert count_repeated(images[:3], among=images[3:]) == 0


def test_mnist_repeats_nothing(real_mnist: object) -> None:
    assert load_source(DIGITS.model_copy(update={"source": "mnist"})).repeated == {"validation": 0, "test": 0}
