"""Code in colours: which part of a listing gets which colour in a theme."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtGui import QColor, QTextBlockFormat, QTextCharFormat, QTextOption

from app.domain.typesetting import Ink, InkRun, Listing
from app.ui.theme import Theme
from app.ui.widgets.transcript_look import Look
from app.ui.widgets.transcript_text import SafeDocument, TextWriter

# Known names only: a reply chooses the lexer, and some of the several hundred are slow.
_LEXERS = {
    "bash": "Bash", "sh": "Bash", "shell": "Bash", "zsh": "Bash", "console": "Bash",
    "c": "C", "h": "C", "cpp": "C++", "c++": "C++", "cc": "C++", "hpp": "C++", "cuda": "CUDA",
    "cs": "C#", "csharp": "C#", "css": "CSS", "diff": "Diff", "patch": "Diff",
    "dockerfile": "Docker", "go": "Go", "golang": "Go", "html": "HTML", "xml": "XML",
    "ini": "INI", "java": "Java", "javascript": "JavaScript", "js": "JavaScript",
    "json": "JSON", "jsonc": "JSON", "jsx": "JavaScript", "kotlin": "Kotlin", "lua": "Lua",
    "make": "Makefile", "makefile": "Makefile", "perl": "Perl", "php": "PHP",
    "powershell": "PowerShell", "py": "Python", "python": "Python", "python3": "Python",
    "r": "R", "rb": "Ruby", "ruby": "Ruby", "rs": "Rust", "rust": "Rust", "scala": "Scala",
    "sql": "SQL", "swift": "Swift", "toml": "TOML", "ts": "TypeScript",
    "typescript": "TypeScript", "yaml": "YAML", "yml": "YAML",
}  # fmt: skip
_ALIASES = {
    "h": "c", "hpp": "cpp", "cc": "cpp", "zsh": "bash", "jsonc": "json", "jsx": "javascript",
    "python3": "python",
}  # fmt: skip

# The colour of each ink on the dark and on the light card, each at least 4.5 : 1.
_COLOURS: dict[Ink, tuple[str, str]] = {
    "comment": ("#8b93a3", "#646c79"),
    "keyword": ("#c792ea", "#8431b5"),
    "string": ("#9fd18b", "#2c6e2f"),
    "number": ("#f2a96b", "#a04a00"),
    "function": ("#7ab0ff", "#1d56c4"),
    "type": ("#f0c674", "#855b00"),
    "builtin": ("#6fc9d6", "#0b6673"),
    "tag": ("#7ab0ff", "#1d56c4"),
    "deleted": ("#f97066", "#b3202b"),
    "inserted": ("#9fd18b", "#2c6e2f"),
}


def language_text(language: str) -> str:
    """The name of a language as it is usually written; an unknown one as the reply wrote it."""
    return _LEXERS.get(language.lower(), language)


def code_document(listing: Listing, look: Look) -> SafeDocument:
    """A document of one listing after its `known` characters. Its layout needs a text width."""
    document = SafeDocument()
    document.setDefaultFont(look.code)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    document.setDefaultTextOption(option)
    writer = TextWriter(document)
    block = QTextBlockFormat()
    height = QTextBlockFormat.LineHeightTypes.FixedHeight.value
    block.setLineHeight(look.code_line_pixels, height)
    writer.cursor.setBlockFormat(block)
    text = listing.text[listing.known :].removesuffix("\n")
    writer.cursor.beginEditBlock()
    forms: dict[str, QTextCharFormat] = {}
    for piece, colour in _coloured(text, _runs(listing, document, look), look.theme):
        if colour not in forms:
            forms[colour] = QTextCharFormat()
            forms[colour].setFont(look.code)
            forms[colour].setForeground(QColor(colour))
        writer.write(piece, forms[colour], code=True)
    writer.cursor.endEditBlock()
    return document


def _runs(listing: Listing, document: SafeDocument, look: Look) -> tuple[InkRun, ...]:
    language = listing.language.lower()
    if language not in _LEXERS:
        return ()
    asked = Listing(listing.text, _ALIASES.get(language, language), listing.known)
    runs = look.typeset.inks(asked)
    if not look.typeset.is_known(asked):
        document.awaited.add(asked)
    return runs


def _coloured(text: str, runs: Sequence[InkRun], theme: Theme) -> Iterator[tuple[str, str]]:
    dark = theme.name == "dark"
    position = 0
    for run in runs:
        colours = _COLOURS.get(run.ink)
        colour = theme.text if colours is None else colours[0 if dark else 1]
        yield text[position : position + run.characters], colour
        position += run.characters
    yield text[position:], theme.text
