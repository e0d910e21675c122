"""Quantbench: run language models on your own computer and know what each costs."""

__version__ = "0.1.0"
