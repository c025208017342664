"""Network architectures of stock Keras layers, built by name."""
