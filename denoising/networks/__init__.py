"""Networks that come with this package, as ONNX files: docs/models.md describes them."""
