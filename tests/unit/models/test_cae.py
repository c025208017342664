from denoising.backend import keras
from denoising.models.cae import cae
from denoising.models.size import ModelSize

SHAPE, SMALL = (28, 28, 1), ModelSize(filters=4, depth=2)


def test_the_reference_has_the_layers_of_the_notebook() -> None:
    model = cae(SHAPE, SMALL)
    assert model.count_params() == 12_193
    kinds = "InputLayer Conv2D MaxPooling2D Conv2D MaxPooling2D Conv2D UpSampling2D Conv2D UpSampling2D Conv2D"
    assert " ".join(type(layer).__name__ for layer in model.layers) == kinds
    assert [layer.filters for layer in model.layers if isinstance(layer, keras.layers.Conv2D)] == [32, 16, 16, 32, 1]
    assert model.output_shape == (None, *SHAPE)
