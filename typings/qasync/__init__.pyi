"""The types of what the program uses of qasync, which ships none."""

from asyncio import AbstractEventLoop

from PySide6.QtWidgets import QApplication

class QEventLoop(AbstractEventLoop):
    def __init__(self, app: QApplication) -> None: ...
