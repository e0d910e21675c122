"""Files on their way into a message: chosen, dropped or pasted, read by a service, and counted."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import PurePath
from typing import Any, Protocol

from PySide6.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QMimeData, QObject, Qt, Slot
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QImage, QImageWriter
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from app.domain.attachment import Attachment
from app.domain.engine import EngineSession, SessionInfo
from app.domain.errors import AppError, UsageError
from app.ui.errors import Notice
from app.ui.language import tr
from app.ui.picture_feed import PictureFeed
from app.ui.theme import DARK
from app.ui.widgets.attachment_tray import AttachmentChip
from app.ui.widgets.composer import Composer
from app.ui.widgets.drop_hint import DropHint, model_paths
from app.ui.widgets.picture import is_damaged
from app.ui.workspace import Workspace


class AttachmentReader(Protocol):
    """What the window needs of the service."""

    async def read(self, path: str) -> Attachment: ...

    async def take(self, name: str, data: bytes) -> Attachment: ...

    async def count(self, session: EngineSession, attachment: Attachment) -> int | None: ...


class _Read(QObject):
    """One file that is being read; `before`: what was refused before it was begun."""

    def __init__(
        self, owner: Attaching, chip: AttachmentChip, before: Notice | None = None
    ) -> None:
        super().__init__(chip)
        self._before = before
        self._owner = owner
        self._chip = chip

    @Slot(object)
    def take(self, attachment: Attachment) -> None:
        """It was read: count it."""
        self._chip.take(attachment)
        self._owner.count(self._chip)
        self._owner.composer.tray.changed.emit()
        self._owner.settle(self._before)

    @Slot(object)
    def give_up(self, error: AppError) -> None:
        """It cannot be attached."""
        self._owner.refuse(self._chip, error)

    @Slot(object)
    def set_tokens(self, tokens: int | None) -> None:
        self._chip.set_tokens(tokens)

    @Slot(object)
    def leave_uncounted(self, _: AppError) -> None:
        self._chip.set_tokens(None)


class Attaching(QObject):
    """Serves one composer; files dropped anywhere on `page` are attached."""

    def __init__(self, composer: Composer, workspace: Workspace, page: QWidget) -> None:
        super().__init__(page)
        self.composer = composer
        self._workspace = workspace
        self._reader: AttachmentReader = workspace.services.attachments
        self._page = page
        self._refused: Notice | None = None
        self._pictures = PictureFeed(composer.tray.pictures, workspace.tasks)
        self.hint = DropHint(DARK, tr("Drop to attach"), page)
        page.setAcceptDrops(True)
        page.installEventFilter(self)
        composer.attach_requested.connect(self.choose)
        composer.offered.connect(self.take_mime)
        workspace.loading.loaded.connect(self._count_again)

    @Slot()
    def choose(self) -> None:
        """Ask for files."""
        # exec() would stop the event loop that all coroutines run on: the dialog only opens.
        dialog = QFileDialog(self._page, tr("Attach files"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(self.attach)
        dialog.open()

    @Slot(list)
    def attach(self, paths: list[str]) -> None:
        """Read files, in their order."""
        for path in paths:
            self._start(PurePath(path).name, self._reader.read(path))

    @Slot(object)
    def take_mime(self, mime: QMimeData) -> None:
        """Attach what was pasted or dropped: files, or a picture. Models are loaded."""
        paths = [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]
        models = model_paths(mime)
        for path in models:
            self._workspace.shelf.add_file(path)
        self.attach([path for path in paths if path not in models])
        if not paths and mime.hasImage():
            name = tr("Pasted picture.png")
            self._start(name, self._take_picture(name, mime.imageData()))

    async def _take_picture(self, name: str, picture: object) -> Attachment:
        """Making a PNG of a large picture takes seconds."""
        return await self._reader.take(name, await asyncio.to_thread(_png, picture))

    def _start(self, name: str, work: Coroutine[Any, Any, Attachment]) -> None:
        read = _Read(self, self.composer.tray.add(name), self._refused)
        self._workspace.tasks.run(_whole(work), done=read.take, failed=read.give_up)

    def refuse(self, chip: AttachmentChip, error: AppError) -> None:
        """Take a file away that cannot be read, and say why."""
        self.composer.tray.remove(chip)
        chat = self._workspace.conversations.current_id
        self._refused = Notice(error.said(), "bad", chat=chat)
        self._workspace.noticed.emit(self._refused)

    def settle(self, refused: Notice | None) -> None:
        """A file was taken: that another was refused before it is no news any more."""
        if refused is not None:
            self._workspace.settled.emit(refused)

    def count(self, chip: AttachmentChip) -> None:
        """Count the tokens of a file, as the loaded model does."""
        session, attachment = self._workspace.loading.session, chip.attachment
        if session is None or attachment is None or attachment.kind == "image":
            return
        read = _Read(self, chip)
        work = self._reader.count(session, attachment)
        self._workspace.tasks.run(work, done=read.set_tokens, failed=read.leave_uncounted)

    @Slot(object)
    def _count_again(self, _: SessionInfo) -> None:
        for chip in self.composer.tray.chips:
            self.count(chip)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragLeaveEvent):
            self.hint.hide()
            # Sent as an event, it would come back here: Qt sends it to where the drag is.
            self._page.window().dragLeaveEvent(event)
        if not isinstance(event, QDragEnterEvent | QDropEvent):
            return super().eventFilter(watched, event)
        mime = event.mimeData()
        if model_paths(mime) or not any(url.isLocalFile() for url in mime.urls()):
            # Models are for the window, which says so while they are above it.
            QApplication.sendEvent(self._page.window(), event)
            return True
        event.acceptProposedAction()
        if event.type() == QEvent.Type.DragEnter:
            self.hint.cover()
        elif event.type() == QEvent.Type.Drop:
            self.hint.hide()
            self.take_mime(mime)
        return True


async def _whole(work: Coroutine[Any, Any, Attachment]) -> Attachment:
    """A picture is tried before it is taken. Raises `AppError`."""
    found = await work
    if found.kind == "image" and await asyncio.to_thread(is_damaged, found.data):
        raise UsageError(
            "{name} cannot be attached: it begins like a picture, but cannot be decoded. Save the "
            "picture anew, and attach that.",
            name=found.name,
        )
    return found


def _png(picture: object) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if isinstance(picture, QImage):
        QImageWriter(buffer, QByteArray(b"png")).write(picture)
    return bytes(data.data())
