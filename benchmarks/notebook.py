"""Denoise MNIST as a plain notebook does, for the project to be compared with.

    python benchmarks/notebook.py MNIST.npz MODEL.h5 TIMES.json EPOCHS

No more and no less than the cells of such a notebook: all images in memory, noise drawn once by NumPy, `fit` with the
test images as validation images, `predict`. It knows nothing of this project. The end of the script writes its timings.
"""

import json
import sys
import time
from pathlib import Path

import keras
import numpy as np
from keras import layers

data, model_file, times_file, epochs = sys.argv[1:]
with np.load(data) as arrays:
    x_train, x_test = arrays["x_train"], arrays["x_test"]

x_train = x_train.astype("float32") / 255.0
x_test = x_test.astype("float32") / 255.0
x_train = np.reshape(x_train, (len(x_train), 28, 28, 1))
x_test = np.reshape(x_test, (len(x_test), 28, 28, 1))

noise_factor = 0.5
x_train_noisy = x_train + noise_factor * np.random.normal(loc=0.0, scale=1.0, size=x_train.shape)  # noqa: NPY002
x_test_noisy = x_test + noise_factor * np.random.normal(loc=0.0, scale=1.0, size=x_test.shape)  # noqa: NPY002
x_train_noisy = np.clip(x_train_noisy, 0.0, 1.0)
x_test_noisy = np.clip(x_test_noisy, 0.0, 1.0)

inputs = layers.Input(shape=(28, 28, 1))
x = layers.Conv2D(32, (3, 3), activation="relu", padding="same")(inputs)
x = layers.MaxPooling2D((2, 2), padding="same")(x)
x = layers.Conv2D(16, (3, 3), activation="relu", padding="same")(x)
x = layers.MaxPooling2D((2, 2), padding="same")(x)
x = layers.Conv2D(16, (3, 3), activation="relu", padding="same")(x)
x = layers.UpSampling2D((2, 2))(x)
x = layers.Conv2D(32, (3, 3), activation="relu", padding="same")(x)
x = layers.UpSampling2D((2, 2))(x)
outputs = layers.Conv2D(1, (3, 3), activation="sigmoid", padding="same")(x)

autoencoder = keras.Model(inputs, outputs)
autoencoder.compile(optimizer="adam", loss="binary_crossentropy")
began = time.perf_counter()
autoencoder.fit(
    x_train_noisy,
    x_train,
    epochs=int(epochs),
    batch_size=128,
    shuffle=True,
    validation_data=(x_test_noisy, x_test),
    verbose=2,
)
fitted = time.perf_counter()
decoded = autoencoder.predict(x_test_noisy, verbose=0)
predicted = time.perf_counter()
autoencoder.predict(x_test_noisy, verbose=0)
again = time.perf_counter()
autoencoder.predict(x_test_noisy, batch_size=500, verbose=0)
at_500 = time.perf_counter()
autoencoder.save(model_file)

times = {"fit": fitted - began, "predict": predicted - fitted, "predict_again": again - predicted}
times["predict_500"] = at_500 - again
Path(times_file).write_text(json.dumps(times), encoding="utf-8")
