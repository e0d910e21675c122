"""Tests of the whole program; those of the window run on its own event loop."""

from tests.ui.conftest import pytest_asyncio_loop_factories, until

__all__ = ["pytest_asyncio_loop_factories", "until"]
