"""Pictures that are wanted small are decoded in a thread, and handed back."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QObject, Slot

from app.ui.tasks import Tasks
from app.ui.widgets.picture import Pictures, SmallPicture


class PictureFeed(QObject):
    """Serves the pictures of one widget."""

    def __init__(self, pictures: Pictures, tasks: Tasks) -> None:
        super().__init__(pictures)
        self._pictures = pictures
        self._tasks = tasks
        pictures.wanted.connect(self._decode)

    @Slot(object)
    def _decode(self, picture: SmallPicture) -> None:
        take = self._pictures.take
        self._tasks.run(asyncio.to_thread(picture.decode), done=take, failed=take)
