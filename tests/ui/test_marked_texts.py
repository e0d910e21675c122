"""No text that people read is written past the means that make it German."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

from tests import languages

# Of three words one is nearly always among these.
ENGLISH = re.compile(
    r"\b(a|an|and|are|as|at|be|but|by|can|cannot|did|does|for|from|has|have|in|is|it|its|must|no|"
    r"not|of|on|or|than|that|the|this|to|was|were|with|would)\b"
)
MARKS = {"tr", "marked", "said", *languages.SENTENCES}
# What is read by developers: defects, and the log.
DEFECTS = {name for name in dir(builtins) if name.endswith(("Error", "Exception"))}
DEFECTS.add("ProtocolError")
LOG = {"debug", "info", "warning", "error", "exception"}
# Patterns, grammars, names, what libraries say, what models are told; the last of them
# goes to the terminal.
FOR_MACHINES = {
    ("app/domain/attachment.py", "[The picture {}"),
    ("app/domain/engine_build.py", "lib["),
    ("app/domain/loose_json.py", "Expecting"),
    ("app/domain/reply_binding.py", "^["),
    ("app/services/chat_prompt.py", "Summary of the earlier"),
    ("app/services/summarizing.py", "Summarize this part"),
    ("app/ui/pages/settings.py", "llama.cpp and llama-cpp-python"),
    ("app/ui/pages/settings.py", "Qt and PySide6"),
    ("app/ui/widgets/binding_box.py", "root ::="),
    ("backends/death.py", "failed to allocate"),
    ("backends/death.py", "unable to allocate"),
    ("backends/death.py", "out of memory"),
    ("backends/llama_cpp/dry_run_log.py", "Flash Attention"),
    ("backends/llama_cpp/load_errors.py", "failed to allocate"),
    ("backends/llama_cpp/load_errors.py", "unable to allocate"),
    ("backends/llama_cpp/load_errors.py", "out of memory"),
    ("backends/llama_cpp/quantize_log.py", "failed to quantize: "),
    ("backends/llama_cpp/quantize_log.py", "(\\d+) of"),
    ("backends/llama_cpp/quantize_log.py", "will require an imatrix"),
    ("backends/llama_cpp/reply_format.py", "{%"),
    ("backends/llama_cpp/tool_grammar.py", '("<|channel|>commentary'),
    ("backends/mlx/model.py", "out of memory"),
    ("backends/mlx/model.py", "unable to allocate"),
    ("backends/remote/trouble.py", "exceeds the available"),
    ("app/ui/display.py", "The window cannot be opened"),
}


def unmarked(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """English of three words or more that nothing marks, with its line."""
    passed: set[int] = set()
    for node in ast.walk(tree):
        passed.update(id(each) for part in _passed(node) for each in ast.walk(part))
    for node in ast.walk(tree):
        if id(node) in passed:
            continue
        text = ""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        elif isinstance(node, ast.JoinedStr):
            parts = node.values
            passed.update(id(part) for part in parts)
            text = "".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in parts)
        if len(text.split()) > 2 and ENGLISH.search(text):
            yield node.lineno, text


def _passed(node: ast.AST) -> list[ast.expr]:
    """What of a node no user reads, or what is marked."""
    part: ast.expr | None = None
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):  # docstrings
        part = node.value
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        part = node.returns
    elif isinstance(node, ast.arg):
        part = node.annotation
    elif isinstance(node, ast.Assert):
        part = node.msg
    elif isinstance(node, ast.Call) and _takes_no_text(node.func):
        return list(node.args)
    return [part] if part else []


def _takes_no_text(called: ast.expr) -> bool:
    if isinstance(called, ast.Name):
        return called.id in MARKS | DEFECTS
    return isinstance(called, ast.Attribute) and called.attr in LOG


def test_english_that_is_not_marked_is_seen() -> None:
    sample = (
        '"""The docstring is no text."""\n'
        'problem = "The file is gone."\n'
        'other = f"{name} is no model."\n'
        'raise ModelError("The {name} is marked.", name="not the value")\n'
        'raise ValueError("this is a defect")\n'
        'log.warning("this is for the log")\n'
    )
    found = [text for _, text in unmarked(ast.parse(sample))]
    assert sorted(found) == ["The file is gone.", "not the value", "{} is no model."]


def test_every_english_text_is_marked_for_translation() -> None:
    found: list[str] = []
    for path, tree in languages.sources():
        name = str(path.relative_to(languages.ROOT))
        known = tuple(text for file, text in FOR_MACHINES if file == name)
        found += [
            f"{name}:{line} {text[:80]!r}"
            for line, text in unmarked(tree)
            if not text.startswith(known)
        ]
    assert found == []
