"""The language of the window's texts: what Qt Linguist's files say in place of the English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, get_args

from PySide6.QtCore import QCoreApplication, QDateTime, QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QKeySequence

from app.domain import words
from app.ui.artwork import RESOURCES

if TYPE_CHECKING:
    from app.domain.settings import LanguageChoice

Language = Literal["en", "de"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
LANGUAGE_CHOICES: dict[str, LanguageChoice] = {"system": "system", "en": "en", "de": "de"}

# Those in use: to ask the application for its children takes 10 ms at the start.
_spoken: list[QTranslator] = []


def tr(text: str, note: str = "", count: int = -1, /) -> str:
    """A text in the language of the window; `%Ln` in it is `count`, in its grammatical number.

    `note` tells translators texts apart that are alike in English. A text that stands in no file
    is shown as it is.
    """
    return QCoreApplication.translate("", text, note, count)


def moment_text(seconds: float) -> str:
    """A time since 1970 as the language writes it: `21 November 2026, 10:20`."""
    when = QDateTime.fromSecsSinceEpoch(int(seconds))
    return QLocale().toString(when, tr("d MMMM yyyy, hh:mm", "QLocale's format"))


def list_text(names: Sequence[str]) -> str:
    """Names in a row as the language joins them: `one, two, and three`."""
    return QLocale().createSeparatedList(list(names))


def keys_text(keys: str) -> str:
    """Keys as this system names them, and as other texts of the window do: Enter for Return."""
    shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    return shown.replace("Return", "Enter")


def with_keys(text: str, keys: str) -> str:
    """A text and the keys that do the same: `New chat (Ctrl+N)`."""
    return f"{text} ({keys_text(keys)})"


def language_for(choice: LanguageChoice, system: Sequence[str]) -> Language:
    """The language of a setting, where the system asks for these (`de-AT`), the best first."""
    if choice != "system":
        return choice
    for name in system:
        for language in LANGUAGES:
            if name.split("-")[0] == language:
                return language
    return "en"


def language_of(choice: LanguageChoice) -> Language:
    """The language of a setting on this system."""
    return language_for(choice, QLocale.system().uiLanguages())


def speak(application: QCoreApplication, language: Language) -> None:
    """Use a language, its way to write numbers, and Qt's own words in it, from now on."""
    while _spoken:
        translator = _spoken.pop()
        application.removeTranslator(translator)
        translator.deleteLater()
    locale = QLocale(language)
    QLocale.setDefault(locale)
    words.speak(tr, locale.decimalPoint(), locale.groupSeparator())
    qt_folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    for name, folder in (("qtbase", qt_folder), ("quantbench", str(RESOURCES / "languages"))):
        translator = QTranslator(application)
        if translator.load(f"{name}_{language}", folder):
            application.installTranslator(translator)
            _spoken.append(translator)
