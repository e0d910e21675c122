"""The MLX engine: mlx-lm on Apple Silicon, and its CPU build on Linux."""
