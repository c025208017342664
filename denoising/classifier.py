"""The classifier: a small convolutional network that says which digit an image shows.

Its layers are named, so that the bytes of its file depend on its training alone.
"""

from denoising.backend import keras


def build_classifier(image_shape: tuple[int | None, ...], *, classes: int) -> keras.Model:
    """Return an untrained network from images (N, *image_shape) in [0, 1] to one logit per class, (N, classes)."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input(image_shape, name="image"),  # (N, 28, 28, 1)
            layers.Conv2D(16, 5, strides=2, padding="same", activation="relu", name="strokes"),  # (N, 14, 14, 16)
            layers.Conv2D(32, 3, padding="same", activation="relu", name="corners"),
            layers.MaxPooling2D(2, padding="same", name="halve"),  # (N, 7, 7, 32)
            layers.Conv2D(64, 3, padding="same", activation="relu", name="parts"),
            layers.Flatten(name="flatten"),
            layers.Dropout(0.3, seed=1, name="drop_parts"),
            layers.Dense(128, activation="relu", name="whole"),
            layers.Dropout(0.3, seed=2, name="drop_whole"),
            layers.Dense(classes, name="logits"),
        ],
        name="classifier",
    )
