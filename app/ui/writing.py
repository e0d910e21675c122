"""What is written: the draft of the open chat, or the new text of an old message."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal, Slot

from app.domain.attachment import Attachment
from app.domain.conversation import Message
from app.ui.drafts import unsent
from app.ui.widgets.attachment_tray import AttachmentTray
from app.ui.widgets.composer import Composer
from app.ui.widgets.edit_strip import EditStrip
from app.ui.workspace import Workspace

# In the tray of files, the chat of a message that is edited.
_EDITED = -1


class Writing(QObject):
    """Keeps text and files with their chat, and takes away what was sent of them."""

    edit_changed = Signal()

    def __init__(
        self, workspace: Workspace, composer: Composer, strip: EditStrip, page: QObject
    ) -> None:
        super().__init__(page)
        self._drafts = workspace.drafts
        self._composer = composer
        self._strip = strip
        self._editing: Message | None = None
        # The chat whose draft is in the composer, or waits for the end of an edit.
        self._chat: int | None = None
        composer.edited.connect(self._note_draft)
        strip.cancelled.connect(self.stop_editing)
        self._drafts.due.connect(self.keep_draft)
        self._drafts.arrived.connect(self._show_draft)
        workspace.closing.connect(self.keep_draft)

    def open(self, conversation_id: int | None) -> None:
        """Another chat is open: its draft comes, and that of the one before is kept."""
        self.stop_editing()
        self.keep_draft()
        self._chat = conversation_id
        self._composer.clear()
        self._composer.tray.show_chat(conversation_id)
        self._drafts.read(conversation_id)

    # Editing

    @property
    def edited(self) -> int | None:
        """The message of which another version is written: sending replaces it."""
        return None if self._editing is None else self._editing.id

    def edit(self, message: Message) -> None:
        """Write another version of a message."""
        self.keep_draft()
        self._editing = message
        self._strip.show()
        self._composer.set_text(message.text)
        self._composer.tray.show_chat(_EDITED)
        self._composer.tray.set_attachments(message.attachments)
        self.edit_changed.emit()
        self._composer.setFocus()

    @Slot()
    def stop_editing(self) -> None:
        """Leave the message as it is, and go back to the draft."""
        if self._editing is not None:
            self._editing = None
            self._strip.hide()
            self._composer.clear()
            self._composer.tray.clear()
            self._composer.tray.show_chat(self._chat)
            self._drafts.read(self._chat)
            self.edit_changed.emit()

    # Drafts

    @Slot()
    def _note_draft(self) -> None:
        if self._editing is None:
            self._drafts.note_change()

    @Slot()
    def keep_draft(self) -> None:
        """Save what is being written, unless it is the new text of an old message."""
        if self._editing is None:
            self._drafts.keep(self._chat, self._composer.text())

    @Slot(object)
    def _show_draft(self, draft: tuple[int | None, str]) -> None:
        conversation_id, text = draft
        wanted = conversation_id == self._chat and self._editing is None
        if wanted and text and not self._composer.text():
            self._composer.set_text(text)

    # What was sent

    @property
    def _shown(self) -> int | None:
        """Whose text and files are shown."""
        return self._chat if self._editing is None else _EDITED

    def adopt(self, conversation_id: int, *, is_open: bool) -> None:
        """The chat that was not begun has been stored under this number.

        Unless it is open, another one was opened while its question waited.
        """
        tray = self._composer.tray
        if is_open:
            self._drafts.keep(None, "")
            self._chat = conversation_id
            self.keep_draft()
            tray.adopt(conversation_id)
        else:
            self._drafts.adopt(conversation_id)
            tray.show_chat(None)
            tray.adopt(conversation_id)
            tray.show_chat(self._shown)

    def take_question(self, question: Message) -> None:
        """A question was sent, maybe after it waited: what was added since stays in its chat."""
        chat, text, tray = question.conversation_id, self._composer.text(), self._composer.tray
        if chat != self._shown:
            self._drafts.take_away(chat, question.text)
        elif text.startswith(question.text):
            self._composer.set_text(unsent(text, question.text))
            self.keep_draft()
        tray.show_chat(chat)
        _remove(tray, question.attachments)
        tray.show_chat(self._shown)

    def take_edit(self, question: Message) -> None:
        """The new text of a message was sent: what was added since is the next draft."""
        text, tray = self._composer.text(), self._composer.tray
        if self._editing is None or not text.startswith(question.text):
            return
        _remove(tray, question.attachments)
        files = tray.attachments
        self.stop_editing()
        if rest := unsent(text, question.text):
            self._composer.set_text("\n\n".join(filter(None, (self._composer.text(), rest))))
        for each in files:
            tray.add(each.name).take(each)


def _remove(tray: AttachmentTray, sent: Sequence[Attachment]) -> None:
    left = list(sent)
    for chip in list(tray.chips):
        if chip.attachment in left:
            left.remove(chip.attachment)
            tray.remove(chip)
