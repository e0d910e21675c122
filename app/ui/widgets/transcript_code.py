"""Code in colours: which part of a listing gets which colour in a theme."""

from __future__ import annotations

from functools import cache

from PySide6.QtGui import QColor, QTextBlockFormat, QTextCharFormat, QTextOption

from app.ui.artwork import code_font
from app.ui.theme import Theme
from app.ui.widgets.transcript_text import SafeDocument, TextWriter, without_ligatures

CODE_LINE_PIXELS = 18

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

# Token type of pygments -> colour on the dark and on the light card, each at least 4.5 : 1.
_COLOURS = {
    "Comment": ("#8b93a3", "#646c79"),
    "Keyword": ("#c792ea", "#8431b5"),
    "Operator.Word": ("#c792ea", "#8431b5"),
    "Literal.String": ("#9fd18b", "#2c6e2f"),
    "Literal.Number": ("#f2a96b", "#a04a00"),
    "Keyword.Constant": ("#f2a96b", "#a04a00"),
    "Name.Function": ("#7ab0ff", "#1d56c4"),
    "Name.Class": ("#f0c674", "#855b00"),
    "Name.Decorator": ("#f0c674", "#855b00"),
    "Name.Builtin": ("#6fc9d6", "#0b6673"),
    "Name.Tag": ("#7ab0ff", "#1d56c4"),
    "Name.Attribute": ("#f0c674", "#855b00"),
    "Generic.Deleted": ("#f97066", "#b3202b"),
    "Generic.Inserted": ("#9fd18b", "#2c6e2f"),
    "Generic.Heading": ("#7ab0ff", "#1d56c4"),
}


def language_text(language: str) -> str:
    """The name of a language as it is usually written; an unknown one as the reply wrote it."""
    return _LEXERS.get(language.lower(), language)


def code_document(body: str, language: str, theme: Theme) -> SafeDocument:
    """A document of one listing. Its layout needs a text width."""
    document = SafeDocument()
    font = without_ligatures(code_font())
    document.setDefaultFont(font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    document.setDefaultTextOption(option)
    writer = TextWriter(document)
    block = QTextBlockFormat()
    block.setLineHeight(CODE_LINE_PIXELS, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
    writer.cursor.setBlockFormat(block)
    text = body.removesuffix("\n")
    writer.cursor.beginEditBlock()
    forms: dict[str, QTextCharFormat] = {}
    for piece, colour in _coloured(text, language.lower(), theme):
        if colour not in forms:
            forms[colour] = QTextCharFormat()
            forms[colour].setFont(font)
            forms[colour].setForeground(QColor(colour))
        writer.write(piece, forms[colour], code=True)
    writer.cursor.endEditBlock()
    return document


def _coloured(text: str, language: str, theme: Theme) -> list[tuple[str, str]]:
    if language not in _LEXERS:
        return [(text, theme.text)]
    from pygments import lex
    from pygments.lexers import find_lexer_class_by_name

    lexer_class = find_lexer_class_by_name(_ALIASES.get(language, language))
    lexer = lexer_class(stripnl=False, ensurenl=False)
    dark = theme.name == "dark"
    pieces: list[tuple[str, str]] = []
    for token, value in lex(text, lexer):
        colour = _colour(str(token)[len("Token.") :], dark=dark) or theme.text
        if pieces and (pieces[-1][1] == colour or not value.strip()):
            pieces[-1] = (pieces[-1][0] + value, pieces[-1][1])
        else:
            pieces.append((value, colour))
    # A lexer may drop a byte order mark or change line ends; then the text is worth more.
    if "".join(value for value, _ in pieces) != text:
        return [(text, theme.text)]
    return pieces


@cache
def _colour(token: str, *, dark: bool) -> str | None:
    parts = token.split(".")
    for length in range(len(parts), 0, -1):
        found = _COLOURS.get(".".join(parts[:length]))
        if found is not None:
            return found[0] if dark else found[1]
    return None
