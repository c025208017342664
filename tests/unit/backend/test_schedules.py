import numpy as np
import pytest

from denoising.backend.schedules import SCHEDULES


def rates(name: str, steps: int, **options: float) -> list[float]:
    rate = SCHEDULES[name](0.01, steps=steps, **options)
    return [rate if isinstance(rate, float) else float(rate(step)) for step in range(steps + 1)]


def test_a_constant_rate_is_constant() -> None:
    assert set(rates("constant", 10)) == {0.01}


@pytest.mark.parametrize("name", ["cosine", "one_cycle"])
@pytest.mark.parametrize("warmup", [0.0, 0.25, 0.7])
@pytest.mark.parametrize("steps", [40, 400])
def test_a_rate_rises_to_its_peak_and_falls_to_zero(name: str, warmup: float, steps: int) -> None:
    found = rates(name, steps, warmup_fraction=warmup)
    top = max(1, round(warmup * steps))
    assert found[0] == pytest.approx(0.01 / 25)
    assert found[top] == max(found) == pytest.approx(0.01)
    assert all(np.diff(found[: top + 1]) > 0)
    assert all(np.diff(found[top:]) < 0)
    assert found[-1] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("name", ["cosine", "one_cycle"])
def test_a_training_of_one_step_has_a_finite_rate(name: str) -> None:
    assert np.isfinite(rates(name, 1, warmup_fraction=0.1)).all()


def test_one_cycle_consists_of_three_straight_lines() -> None:
    found = rates("one_cycle", 100, warmup_fraction=0.3)
    assert found[15] == pytest.approx((0.01 + 0.0004) / 2)
    assert found[60] == pytest.approx((0.01 + 0.0004) / 2)
    assert found[95] == pytest.approx(0.0002)
