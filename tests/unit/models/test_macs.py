from denoising.models.cae import cae
from denoising.models.drunet import drunet
from denoising.models.macs import count_macs
from denoising.models.size import ModelSize
from denoising.models.unet import unet

SHAPE, SMALL = (28, 28, 1), ModelSize(filters=4, depth=2)


def test_macs_equal_those_counted_by_hand() -> None:
    full, half, quarter = 28 * 28, 14 * 14, 7 * 7
    convolutions = full * 9 * 32 + half * 9 * 32 * 16 + quarter * 9 * 16 * 16 + half * 9 * 16 * 32 + full * 9 * 32
    assert count_macs(cae(SHAPE, SMALL)) == convolutions
    size = ModelSize(filters=4, depth=1)
    eighth = 4 * 4
    blocks = 2 * (2 * half * 9 * 4 * 4) + 2 * (2 * quarter * 9 * 8 * 8) + 2 * eighth * 9 * 8 * 8
    down = half * 16 * 4 + quarter * 4 * 4 * 8 + eighth * 4 * 8 * 8
    up = eighth * 4 * 8 * 8 + quarter * 4 * 8 * 4 + half * 16 * 4
    assert count_macs(unet(SHAPE, size)) == blocks + down + up


def test_macs_of_drunet_equal_those_counted_by_hand() -> None:
    full, half, quarter, eighth = 32 * 32, 16 * 16, 8 * 8, 4 * 4
    pairs = ((2 * full, 4), (2 * half, 8), (2 * quarter, 8), (eighth, 8))  # down and up, but for the lowest
    blocks = sum(2 * pixels * 9 * filters**2 for pixels, filters in pairs)
    down = half * 4 * 4 * 8 + quarter * 4 * 8 * 8 + eighth * 4 * 8 * 8
    up = eighth * 4 * 8 * 8 + quarter * 4 * 8 * 8 + half * 4 * 8 * 4
    ends = 2 * full * 9 * 4
    assert count_macs(drunet((32, 32, 1), ModelSize(filters=4, depth=1))) == blocks + down + up + ends
