"""An hour of a user in the real window on the starter model, and what must be there after it.

Run as `python -m tests.end2end.hour FOLDER LIFE`. The first life ("evening") ends when it is
killed in the middle of a reply, which it asks for with a line on standard output; the second
("morning") finds everything where it was, goes on, and closes the window. What was done is in
`FOLDER/ledger.json`, screenshots lie beside it.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import traceback
from contextlib import closing
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from app.bootstrap import Services, build_services
from app.domain.engine import Sampling
from app.domain.reply_options import ReplyOptions
from app.services.files import replace_file
from app.services.paths import Paths
from app.ui.application import run_window
from tests.fakes.chat_ledger import Chat, facts, nodes_of
from tests.fakes.chat_writer import say
from tests.fakes.pdf_files import pdf_of
from tests.fakes.window_user import User, furnished, the_window, until

STARTER, OTHER_MODEL = "SmolLM2-135M-Instruct.Q4_1", "smaller"
SHORT = ReplyOptions(sampling=Sampling(temperature=0.0, seed=1), max_tokens=24)
LONG = ReplyOptions(sampling=Sampling(temperature=0.0, seed=1))
# Asked for the likeliest tokens, the starter model never ends its reply to this.
ENDLESS = "What is the capital of France?"
TRIP, FILES, RECIPES, NIGHT = "A week in Portugal", "What is in notes.txt?", "Bread", ENDLESS
BRANCH = f"{TRIP} (branch)"


class Life:
    """What the user does, and the ledger of it: chats by their titles."""

    def __init__(self, user: User, folder: Path) -> None:
        self.user, self.folder = user, folder
        self.file = folder / "ledger.json"
        self.chats: dict[str, Chat] = {}
        if self.file.exists():
            self.chats = msgspec.json.decode(self.file.read_bytes(), type=dict[str, Chat])

    def note(self, title: str) -> None:
        """Everything on the screen belongs to this chat."""
        seen = self.user.shown()
        chat = self.chats.setdefault(title, Chat({}, []))
        assert [each.parent_id for each in seen] == [None, *(each.id for each in seen[:-1])]
        assert self.user.texts() == [each.text for each in seen]
        chat.nodes |= nodes_of(seen)
        chat.path = [each.id for each in seen]
        self.keep()

    def keep(self) -> None:
        """The ledger outlives a kill."""
        replace_file(self.file, msgspec.json.encode(self.chats))

    def picture(self, name: str) -> None:
        self.user.picture(self.folder / f"{name}.png")

    async def ask(self, title: str, *questions: str) -> None:
        for question in questions:
            await self.user.ask(question)
            assert self.user.texts()[-2] == question
            self.note(title)

    def new_chat(self, options: ReplyOptions = SHORT) -> None:
        self.user.window.new_chat()
        self.user.workspace.reply_choice.set(options)

    # The evening

    async def evening(self) -> None:
        await self.user.ready(STARTER)
        await self.plan_a_trip()
        await self.read_files()
        await self.ask_another_model()
        await self.branch_and_search()
        await self.lose_and_import()
        await self.put_in_order()
        await self.be_killed()

    async def plan_a_trip(self) -> None:
        """Editing, asking again, stepping between versions, going on with a cut reply."""
        user = self.user
        self.new_chat()
        await self.ask(TRIP, TRIP)
        await user.go_on()
        await self.ask(TRIP, "Where shall we strat?")
        user.press(Qt.Key.Key_Up)
        await self.ask(TRIP, "Where shall we start?")
        await user.step("previous", 2)
        assert user.texts()[2] == "Where shall we strat?"
        await user.step("next", 2)
        await user.again()
        self.note(TRIP)
        await self.ask(TRIP, "What does a train to Porto cost?", "And what shall we eat?")
        user.do("edit", 0)
        assert user.page.composer.text() == TRIP
        await self.ask(TRIP, "A week in Spain")
        await user.step("previous", 0)
        self.note(TRIP)
        self.picture("1-trip")

    async def read_files(self) -> None:
        """Text, code, a PDF and a picture go with questions."""
        paths = write_files(self.folder)
        self.new_chat()
        for path in paths:
            await self.user.attach(path)
            if path == paths[0]:
                self.picture("2-attached")
            await self.ask(FILES, f"What is in {path.name}?")
            assert self.chats[FILES].nodes[self.user.shown()[-2].id].files == [path.name]
        self.picture("3-files")

    async def ask_another_model(self) -> None:
        user = self.user
        await user.load(OTHER_MODEL)
        await user.again()
        self.note(FILES)
        assert user.shown()[-1].origins[-1].model_name == OTHER_MODEL
        await self.ask(FILES, "Are you sure?", "Say it in one word.")
        await user.load(STARTER)
        await self.ask(FILES, "Do you agree?")
        self.picture("4-models")

    async def branch_and_search(self) -> None:
        user = self.user
        await user.open(TRIP)
        user.do("branch", 3)
        await until(lambda: len(user.entries) == 4 and BRANCH in user.titles())
        self.note(BRANCH)
        await self.ask(BRANCH, "Only three days?", "By bicycle?", "With children?")
        # The question with the slip is on a path that no chat shows.
        await user.search("strat", TRIP)
        self.picture("5-search")
        user.leave_search()
        self.note(TRIP)
        await self.ask(TRIP, "So, where?")

    async def lose_and_import(self) -> None:
        """A chat is exported, deleted for good, and comes back from its file."""
        user, path = self.user, self.folder / "bread.json"
        self.new_chat()
        await self.ask(RECIPES, RECIPES, "With rye?")
        await user.again()
        self.note(RECIPES)
        user.choose(user.menu(RECIPES), "Export", "JSON, with all versions…")
        await user.name_file(path)
        await user.told("1 chat was exported.")
        user.choose(user.shelf.shelf_menu(), "Export all chats", "Markdown…")
        await user.name_file(self.folder / "all.md")
        await user.told("4 chats were exported.")
        await self.purge(RECIPES)
        user.choose(user.shelf.shelf_menu(), "Import chats…")
        await user.name_file(path)
        await user.told("1 chat was imported.")
        await user.open(RECIPES)
        lost = self.chats.pop(RECIPES)
        assert user.texts() == [lost.nodes[number].text for number in lost.path]
        for number in range(1, 4):  # the other version of the last reply is seen too
            if user.shown()[number].versions:
                await user.step("previous", number)
                self.note(RECIPES)
                await user.step("next", number)
        self.note(RECIPES)
        assert facts(self.chats[RECIPES]) == facts(lost)
        await self.ask(RECIPES, "How long in the oven?")

    async def purge(self, title: str) -> None:
        user = self.user
        user.panel.chats.setFocus()
        user.panel.chats._choose(user.titles().index(title))
        QTest.keyClick(user.panel.chats, Qt.Key.Key_Delete)
        await until(lambda: title not in user.titles())
        await until(lambda: not user.workspace.conversations._leaving)
        user.shelf.show_trash()
        trash = user.shelf._trash
        assert trash is not None
        await until(lambda: trash.rows.count() == 1)
        trash.empty_button.click()
        user.press_button(QMessageBox, "Delete for good")
        await until(lambda: trash.rows.count() == 0)
        trash.accept()
        await user.come_back()

    async def put_in_order(self) -> None:
        user = self.user
        user.choose(user.menu(FILES), "Pin")
        self.chats[FILES].pinned = True
        user.choose(user.menu(BRANCH), "Move to folder", "New folder…")
        await user.write_name("Trips & more")
        self.chats[BRANCH].folder = "Trips & more"
        await until(lambda: {"Pinned", "Trips & more"} <= set(user.titles()))
        await user.open(TRIP)
        user.type("and the way back?")
        self.chats[TRIP].draft = "and the way back?"
        self.keep()
        self.picture("6-in-order")

    async def be_killed(self) -> None:
        user = self.user
        self.new_chat(LONG)
        user.type(ENDLESS)
        user.press(Qt.Key.Key_Return)
        await until(lambda: user.entries and len(user.texts()) == 2)
        number = user.shown()[-1].id
        stored = ""
        while len(stored) < 200:
            stored = await asyncio.to_thread(stored_text, number)
        self.note_kept(stored)
        self.picture("7-killed")
        say("kill me")
        await asyncio.Event().wait()

    def note_kept(self, stored: str) -> None:
        """The question, and so much of the reply, are on the disk."""
        question, reply = self.user.shown()
        self.chats[NIGHT] = Chat(nodes_of([question, reply]), [question.id, reply.id])
        self.chats[NIGHT].nodes[reply.id].text = stored
        self.keep()

    # The morning

    async def morning(self) -> None:
        await self.find_everything()
        await self.user.load(STARTER)
        await self.go_on_with_the_killed_reply()
        await self.user.open(FILES)
        await self.ask(FILES, "Thank you.")
        await self.user.open(RECIPES)
        await self.ask(RECIPES, "And with seeds?", "Thank you.")
        self.picture("9-morning")
        self.user.window.close()

    async def find_everything(self) -> None:
        user = self.user
        await until(lambda: set(self.chats) <= set(user.titles()))
        assert set(user.titles()) - set(self.chats) <= {"Pinned", "Today", "Trips & more"}
        for title, chat in self.chats.items():
            await user.open(title)
            path = [chat.nodes[number].text for number in chat.path]
            seen = user.texts()
            if title == NIGHT:  # more of it may have been stored before the kill
                seen[-1] = seen[-1][: len(path[-1])]
            assert seen == path, title
            await until(lambda draft=chat.draft: user.page.composer.text() == draft)

    async def go_on_with_the_killed_reply(self) -> None:
        user = self.user
        await user.open(NIGHT)
        killed = user.shown()[-1]
        assert killed.state == "interrupted"
        self.picture("8-found")
        user.do("continue")
        await until(lambda: len(user.texts()[-1]) > len(killed.text) + 20)
        user.press(Qt.Key.Key_Escape)
        await until(user._is_answered)
        assert user.texts()[-1].startswith(killed.text)
        self.note(NIGHT)
        user.workspace.reply_choice.set(SHORT)
        await user.again()
        self.note(NIGHT)


def stored_text(message_id: int) -> str:
    """What the database has of a message, by a connection of its own."""
    with closing(sqlite3.connect(Paths.default().database)) as database:
        found = database.execute("SELECT text FROM messages WHERE id = ?", (message_id,)).fetchone()
    return found[0] if found else ""


def write_files(folder: Path) -> list[Path]:
    """One file of each kind that can be attached."""
    notes, code, pdf, picture = (
        folder / name for name in ("notes.txt", "bake.py", "menu.pdf", "loaf.png")
    )
    notes.write_text("Buy flour, salt and yeast.\n" * 8, "utf-8")
    code.write_text('def bake(loaf: str) -> str:\n    return f"baked {loaf}"\n', "utf-8")
    pdf.write_bytes(pdf_of("Soup of the day", "Bread with butter"))
    image = QImage(320, 200, QImage.Format.Format_RGB32)
    image.fill(QColor("#b07a3c"))
    assert image.save(str(picture))
    return [notes, code, pdf, picture]


class Start(QObject):
    """Begins the life once the event loop runs, and ends the process loudly if it goes wrong."""

    def __init__(self, folder: Path, life: str) -> None:
        super().__init__()
        self._folder, self._life = folder, life
        self._task: asyncio.Task[None] | None = None
        QTimer.singleShot(0, self.begin)

    @Slot()
    def begin(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._live())
        self._task.add_done_callback(self._end)

    async def _live(self) -> None:
        await getattr(Life(User(await furnished()), self._folder), self._life)()

    def _end(self, task: asyncio.Task[None]) -> None:
        if (error := task.exception()) is not None:
            if (window := the_window()) is not None:
                window.grab().save(str(self._folder / "failed.png"))
            traceback.print_exception(error)
            os._exit(3)


def run(folder: Path, life: str) -> int:
    """Open the window as the program does, with the user at it."""
    paths = Paths.default()
    paths.create()
    starts: list[Start] = []

    def build() -> Services:
        starts.append(Start(folder, life))
        return build_services(paths)

    return run_window(paths.home, build, [])


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1]), sys.argv[2]))
