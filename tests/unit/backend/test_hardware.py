from denoising.backend.hardware import describe_hardware


def test_the_hardware_is_described_the_same_each_time() -> None:
    assert describe_hardware() == describe_hardware()
    assert "threads, " in describe_hardware()
