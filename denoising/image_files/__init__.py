"""Image files as arrays, at their full depth: PNG, JPEG, TIFF, WebP and BMP."""
