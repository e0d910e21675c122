"""Screenshots of the chat for a review and for the README.

Run as `python -m tests.benchmarks.pictures FOLDER`. In the dark and in the light theme: a saved
chat with reasoning, a table, code and formulas, at its beginning and its end, with a message
pointed at; the options; what was found; an empty chat; a narrow window; and the one of the README.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import cast

import qasync
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.bootstrap import build_services
from app.domain.conversation import ReplyOrigin
from app.services.conversation_store import ConversationStore
from app.services.paths import Paths
from app.services.settings_store import SettingsStore
from app.ui.shell import live
from app.ui.theme import ThemeChoice
from tests.fakes.saved_chats import answered, ended
from tests.fakes.window_user import User, furnished, until
from tests.ui.conftest import point_at

STARTER = "SmolLM2-135M-Instruct.Q4_1"
QUESTION = "Why is decoding memory-bound, and what does quantization change?"
REPLY = r"""<think>
The user asks about decode speed. At batch size one each weight is read once for every token.
A formula, a table and a few lines of code will show what follows from that.
</think>

**Each new token reads every weight once.** With one sequence the arithmetic is small beside the \
bytes that are moved, so the bandwidth of the memory, not the processor, sets the pace:

$$
v_{\text{decode}} \approx \frac{B}{\sum_{i=1}^{L} m_i + m_{\text{KV}}(n)}
$$

where $B$ is the bandwidth and $m_{\text{KV}}(n)$ what $n$ tokens of context take. Fewer bits a \
weight mean fewer bytes a token:

| Quantization | Bits a weight | Size | Decode |
|:--|--:|--:|--:|
| F16 | 16.0 | 16.1 GB | 34 t/s |
| Q8_0 | 8.5 | 8.5 GB | 62 t/s |
| Q4_K_M | 4.9 | 4.9 GB | 104 t/s |

A prompt is different: its tokens share one reading of the weights, so *prefill* is bound by \
arithmetic.

```python
def decode_speed(bandwidth: float, weights: int, cache: int) -> float:
    # Tokens a second, from bytes a second and the bytes that each token reads.
    return bandwidth / (weights + cache)

print(f"{decode_speed(5.6e11, 4_900_000_000, 260_000_000):.0f} t/s")  # 109 t/s
```

1. Measure the bandwidth; data sheets promise more than a machine keeps.
2. Choose the largest quantization that **fits with its context**.
3. Quantize the KV cache only when the context is long.

> Speed that is paid for with nonsense is no speed: compare the perplexity first.
""".replace("\\\n", "")
FOLLOW_UP = "Say hello in one sentence."
OTHERS = (
    ("Plan a week in Portugal by train", "Lisbon, Coimbra, Porto."),
    ("What is the bandwidth of DDR5-5600?", "Two channels give 89.6 GB/s, or 83.4 GiB/s."),
    ("A loaf with rye and seeds", "Start the evening before."),
)


async def save_chats(paths: Paths, choice: ThemeChoice) -> int:
    """The chats of the pictures; gives the number of the one with everything in it."""
    settings = SettingsStore(paths.settings)
    settings.load()
    await settings.update(theme=choice)
    store = ConversationStore(paths.database)
    await store.open()
    for question, reply in OTHERS:
        await answered(store, (await store.create()).id, question, reply)
    chat = await store.create()
    asked = await store.add_message(chat.id, "user", QUESTION)
    reply = await store.begin_reply(asked, ReplyOrigin(model_name="A saved reply"))
    await store.finish_reply(ended(reply, REPLY))
    await store.close()
    return chat.id


async def take(folder: Path, choice: ThemeChoice, chat: int) -> None:
    """Open the window and photograph it."""

    def shot(name: str) -> None:
        user.picture(folder / f"{name}-{choice}.png")

    user = User(await furnished())
    user.window.resize(1240, 780)
    await user.ready(STARTER)
    shot("empty")
    user.panel.chats.open_requested.emit(chat)
    await until(lambda: len(user.entries) == 2)
    await take_the_chat(user, shot)
    user.page.options_button.click()
    shot("options")
    user.page.options_button.click()
    QTest.keyClicks(user.panel.search, "bandwidth")
    await until(lambda: len(user.titles()) == 2)
    shot("search")
    user.leave_search()
    user.window.resize(900, 620)
    await pictured(user)
    shot("narrow")
    user.window.close()


async def take_the_chat(user: User, shot: Callable[[str], None]) -> None:
    """The chat with everything in it."""
    transcript = user.page.transcript
    await pictured(user)
    transcript.verticalScrollBar().setValue(0)
    await pictured(user)
    shot("chat-top")
    transcript.follow_end()
    await pictured(user)
    point_at(transcript.viewport(), QPoint(500, 300))
    shot("chat")
    await user.ask(FOLLOW_UP)
    await until(lambda: not user.page.context.is_behind)
    shot("chat-asked")
    transcript.setFocus()
    QTest.keyClick(transcript, Qt.Key.Key_Up)
    shot("keys")
    user.page.composer.setFocus()
    user.window.resize(1240, 940)
    transcript.toggle_reasoning(1)
    transcript.verticalScrollBar().setValue(0)
    await pictured(user)
    shot("readme")
    user.window.resize(1240, 780)


async def pictured(user: User) -> None:
    """Colours and formulas of what is on the screen have come."""
    typeset = user.page.transcript.typeset
    user.window.grab()  # asks for what it shows
    await until(lambda: not typeset._queue and not typeset._asked)


async def run(application: QApplication, folder: Path, choice: ThemeChoice) -> None:
    """One theme, in a home of its own."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["QUANTBENCH_HOME"] = home
        paths = Paths.default()
        paths.create()
        chat = await save_chats(paths, choice)
        services = build_services(paths)
        program = asyncio.create_task(live(services, application, []))
        await take(folder, choice, chat)
        await program


def main(folder: Path) -> None:
    """All pictures into a folder."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    folder.mkdir(parents=True, exist_ok=True)
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    loop = cast("asyncio.AbstractEventLoop", qasync.QEventLoop(application))
    for choice in ("dark", "light"):
        loop.run_until_complete(run(application, folder, choice))
    loop.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
