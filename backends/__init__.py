"""Engines: the worker process and the libraries that run models in it."""
