"""Brings Qt Linguist's files up to date: `uv run python -m tests.languages`.

The texts that stand in the sources are merged into resources/languages/*.ts, and these are compiled
to the *.qm beside them, which the program loads. English needs grammatical numbers alone.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import msgspec

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "resources" / "languages"
# The tools that PySide6 brings, beside the interpreter that it is installed for.
_TOOLS = Path(sys.executable).parent


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


def extract(folder: Path) -> None:
    """Merge the texts of the sources into the .ts files of a folder; what is gone there goes."""
    for language, options in (("de", ()), ("en", ("-pluralonly",))):
        file = folder / f"quantbench_{language}.ts"
        sources = sorted(str(each.relative_to(ROOT)) for each in (ROOT / "app").rglob("*.py"))
        _run(
            "pyside6-lupdate",
            *("-silent", "-no-obsolete", "-locations", "none", "-sort-messages"),
            *("-disable-heuristic", "similartext", "-source-language", "en"),
            *("-tr-function-alias", "tr+=marked,tr+=said", *options, *sources, "-ts", str(file)),
        )


def compile_files(folder: Path) -> None:
    """Write the .qm beside each .ts file of a folder."""
    for file in sorted(folder.glob("*.ts")):
        _run("pyside6-lrelease", "-silent", "-nounfinished", str(file))


def _run(tool: str, *arguments: str) -> None:
    subprocess.run([_TOOLS / tool, *arguments], check=True, cwd=ROOT)


if __name__ == "__main__":
    extract(FOLDER)
    compile_files(FOLDER)
    for file in sorted(FOLDER.glob("*.ts")):
        unfinished = [each.source for each in messages(file) if not each.is_finished]
        sys.stdout.write(f"{file.name}: {len(unfinished)} texts to translate\n")
        sys.stdout.writelines(f"  {text}\n" for text in unfinished)
