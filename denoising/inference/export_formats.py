"""The formats that a denoiser can be exported to, known without TensorFlow."""

FORMATS = {"onnx": ".onnx", "savedmodel": ".savedmodel", "tflite": ".tflite"}  # suffixes of files, or of a folder
