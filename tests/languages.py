"""Brings Qt Linguist's files up to date: `uv run python -m tests.languages`.

The texts that stand in the sources are merged into resources/languages/*.ts, and these are compiled
to the *.qm beside them, which the program loads. English needs grammatical numbers alone. What
lupdate does not know how to read, errors and the catalog of models, is handed to it as `tr(...)`.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import msgspec

from app.domain import errors
from app.domain.sampling_options import SAMPLING_OPTIONS
from app.domain.words import option_name
from backends.llama_cpp.options import BOUNDS

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "resources" / "languages"
# The tools that PySide6 brings, beside the interpreter that it is installed for.
_TOOLS = Path(sys.executable).parent
SENTENCES = {
    *("sentence", "damaged", "UnreadableChatError", "_UnusableError"),
    *(name for name in dir(errors) if name.endswith("Error")),
}


class Message(msgspec.Struct, frozen=True):
    """A text and what a file says in its place: one text, or one for each grammatical number."""

    source: str
    note: str
    translations: tuple[str, ...]
    is_finished: bool
    is_plural: bool


def messages(file: Path) -> list[Message]:
    """What stands in a .ts file."""
    found: list[Message] = []
    for node in ElementTree.parse(file).getroot().iter("message"):
        translation = node.find("translation")
        assert translation is not None
        forms = translation.findall("numerusform") or [translation]
        found.append(
            Message(
                source=node.findtext("source") or "",
                note=node.findtext("comment") or "",
                translations=tuple(form.text or "" for form in forms),
                is_finished=translation.get("type") is None,
                is_plural=node.get("numerus") == "yes",
            )
        )
    return found


def sources() -> Iterator[tuple[Path, ast.Module]]:
    """The modules whose texts the window may show; those of the command line stay English."""
    for layer in ("app/domain", "app/services", "app/ui", "backends"):
        for path in sorted((ROOT / layer).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def sentences(tree: ast.AST) -> Iterator[ast.Call]:
    """The calls that make an error or a sentence of a text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and _called(node) in SENTENCES:
            yield node


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def sentence_texts() -> list[str]:
    """What errors and sentences are made of, what the catalog of models says of them, and the
    names of options, which errors make of fields.
    """
    made = [call.args[0] for _, tree in sources() for call in sentences(tree)]
    catalog = ROOT / "resources" / "models" / "starters.toml"
    models = tomllib.loads(catalog.read_text(encoding="utf-8"))["model"]
    constants = [text.value for text in made if isinstance(text, ast.Constant)]
    fields = [*(option.field for option in SAMPLING_OPTIONS), *(name for name, *_ in BOUNDS)]
    return [
        *(str(text) for text in constants),
        *(model["why"] for model in models),
        *(option_name(field).template for field in fields),
    ]


def extract(folder: Path) -> None:
    """Merge the texts of the sources into the .ts files of a folder; what is gone there goes."""
    with TemporaryDirectory() as scratch:
        handed = Path(scratch) / "sentences.py"
        handed.write_text("".join(f"tr({text!r})\n" for text in sentence_texts()), encoding="utf-8")
        files = [*(str(path.relative_to(ROOT)) for path, _ in sources()), str(handed)]
        for language, options in (("de", ()), ("en", ("-pluralonly",))):
            file = folder / f"quantbench_{language}.ts"
            _run(
                "pyside6-lupdate",
                *("-silent", "-no-obsolete", "-locations", "none", "-sort-messages"),
                *("-disable-heuristic", "similartext", "-source-language", "en"),
                *("-tr-function-alias", "tr+=marked,tr+=said", *options, *files, "-ts", str(file)),
            )


def compile_files(folder: Path) -> None:
    """Write the .qm beside each .ts file of a folder, in the place of the one that was there: a
    program that runs has that one mapped, and would read half of the new one.
    """
    for file in sorted(folder.glob("*.ts")):
        written = file.with_suffix(".qm.part")
        _run("pyside6-lrelease", "-silent", "-nounfinished", str(file), "-qm", str(written))
        written.replace(file.with_suffix(".qm"))


def _run(tool: str, *arguments: str) -> None:
    subprocess.run([_TOOLS / tool, *arguments], check=True, cwd=ROOT)


if __name__ == "__main__":
    extract(FOLDER)
    compile_files(FOLDER)
    for file in sorted(FOLDER.glob("*.ts")):
        unfinished = [each.source for each in messages(file) if not each.is_finished]
        sys.stdout.write(f"{file.name}: {len(unfinished)} texts to translate\n")
        sys.stdout.writelines(f"  {text}\n" for text in unfinished)
