"""What no linter checks: sizes, signals, slots, opening sentences, and who may catch everything.

Each check is a function from a module's source to its violations; each is shown to see a bad
sample before it judges the tree.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROGRAM = ("app", "backends")

LONGEST_MODULE = 350
LONGEST_FUNCTION = 40

# Modules that are long for a reason that a reader would accept, and that reason.
LONG_MODULES: dict[str, str] = {}

BYTES_UNIT = re.compile(r"^\s?[kKMGT]i?B\b")
NESTED_LOOPS = (
    *("exec", "processEvents", "mouseMove", "qWait", "waitUntil", "waitSignal", "waitExposed"),
    *("getOpenFileName", "getOpenFileNames", "getSaveFileName", "getExistingDirectory", "getText"),
)
CALL_MAKERS = ("partial", "partialmethod")

Check = Callable[[str], Iterator[str]]


@cache
def _tree(source: str) -> ast.Module:
    return ast.parse(source)


@cache
def _nodes(source: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(_tree(source)))


def _name(node: ast.AST) -> str:
    """The last part of a dotted name: `Signal` of `QtCore.Signal`, empty for anything else."""
    return getattr(node, "attr", None) or getattr(node, "id", "")


def _calls(source: str, name: str) -> Iterator[ast.Call]:
    for node in _nodes(source):
        if isinstance(node, ast.Call) and _name(node.func) == name:
            yield node


def long_modules(source: str) -> Iterator[str]:
    """A module of more than 350 lines wants to be two."""
    lines = len(source.splitlines())
    if lines > LONGEST_MODULE:
        yield f"{lines} lines"


def long_functions(source: str) -> Iterator[str]:
    """A function of more than 40 lines; a long text in it (docstring, QSS, SQL) counts as one."""
    for node in _nodes(source):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            texts = [
                one
                for one in ast.walk(node)
                if isinstance(one, ast.JoinedStr)
                or (isinstance(one, ast.Constant) and isinstance(one.value, str))
            ]
            spans = {(one.lineno, one.end_lineno or one.lineno) for one in texts}
            inner = {line for first, last in spans for line in range(first + 1, last + 1)}
            lines = (node.end_lineno or node.lineno) - node.lineno + 1 - len(inner)
            if lines > LONGEST_FUNCTION:
                yield f"line {node.lineno}: {node.name} has {lines} lines"


def signals(source: str) -> Iterator[str]:
    """A signal is snake_case and carries at most one value, of a type that is named."""
    for node in _nodes(source):
        if isinstance(node, ast.AnnAssign):
            targets, value = [node.target], node.value
        elif isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        else:
            continue
        if not (isinstance(value, ast.Call) and _name(value.func) == "Signal"):
            continue
        name = _name(targets[0])
        if not re.fullmatch(r"_?[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
            yield f"line {node.lineno}: {name} is not snake_case"
        if len(value.args) > 1:
            yield f"line {node.lineno}: {name} carries {len(value.args)} values"


def slots(source: str) -> Iterator[str]:
    """A lambda or a partial runs in its emitter's thread; a slot is a bound method."""
    for call in _calls(source, "connect"):
        for argument in call.args:
            is_partial = isinstance(argument, ast.Call) and _name(argument.func) in CALL_MAKERS
            if isinstance(argument, ast.Lambda) or is_partial:
                yield f"line {call.lineno}: a lambda or partial as a slot"


def opening_sentence(source: str) -> Iterator[str]:
    """A module opens with one sentence on its first line that says what it is for."""
    docstring = ast.get_docstring(_tree(source)) or ""
    first = docstring.split("\n\n", maxsplit=1)[0]
    if not re.fullmatch(r"\S.*[.?]", first, flags=re.DOTALL):
        yield "it does not open with a sentence"


def broad_excepts(source: str) -> Iterator[str]:
    """`except Exception` hides defects, unless it only cleans up and raises on."""
    for node in _nodes(source):
        if not isinstance(node, ast.ExceptHandler):
            continue
        if isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None:
            continue
        caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        if any(one is None or _name(one) in ("Exception", "BaseException") for one in caught):
            yield f"line {node.lineno}: a broad except"


def texts_of_bytes(source: str) -> Iterator[str]:
    """A number followed by a unit of bytes in an f-string: that text is made in units.py."""
    for node in _nodes(source):
        if not isinstance(node, ast.JoinedStr):
            continue
        for number, unit in zip(node.values, node.values[1:], strict=False):
            text = unit.value if isinstance(unit, ast.Constant) else ""
            if isinstance(number, ast.FormattedValue) and BYTES_UNIT.match(str(text)):
                yield f"line {node.lineno}: bytes are formatted here"


def sleeps(source: str) -> Iterator[str]:
    """A test waits for what happens."""
    for call in _calls(source, "sleep"):
        is_yield = [getattr(one, "value", None) for one in call.args] == [0]
        if not is_yield:
            yield f"line {call.lineno}: a sleep"
    for call in _calls(source, "wait"):
        if isinstance(call.func, ast.Attribute) and _name(call.func.value) == "qtbot":
            yield f"line {call.lineno}: qtbot.wait is a sleep"


def nested_loops(source: str) -> Iterator[str]:
    """qasync loses a task whose turn comes inside the step of another: it stands still for ever."""
    for name in NESTED_LOOPS:
        for call in _calls(source, name):
            yield f"line {call.lineno}: {name} turns events over"


def nested_loops_of_coroutines(source: str) -> Iterator[str]:
    """The same in async tests; others may turn events over."""
    for node in _nodes(source):
        if isinstance(node, ast.AsyncFunctionDef):
            yield from nested_loops(ast.unparse(node))


def mocks(source: str) -> Iterator[str]:
    """A test uses the real thing, or the scripted engine that keeps to the protocol."""
    for node in _nodes(source):
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{one.name}" for one in node.names]
        if any(re.match(r"(unittest\.)?mock\b", name) for name in names):
            yield "a mock"


@cache
def modules(*folders: str) -> tuple[tuple[str, str], ...]:
    """Path from the root and source of each module of the folders."""
    return tuple(
        (path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
    )


LONG_BODY = "\n".join(f"    x = {n}" for n in range(LONGEST_FUNCTION))

# A scripted engine has a pace of its own, and so has a benchmark.
PACED = ("tests/benchmarks/", "tests/fakes/")

# check, folders, beginnings of paths that it does not hold for, a bad sample, a good sample
RULES: dict[str, tuple[Check, tuple[str, ...], tuple[str, ...], str, str]] = {
    "short modules": (
        long_modules,
        (*PROGRAM, "tests"),
        tuple(LONG_MODULES),
        "x = 1\n" * (LONGEST_MODULE + 1),
        "x = 1\n" * LONGEST_MODULE,
    ),
    "short functions": (
        long_functions,
        PROGRAM,
        (),
        f"class A:\n  async def f():\n{LONG_BODY}\n",
        f'def f():\n    """One\n    two."""\n{LONG_BODY[: LONG_BODY.rindex("    x = 38")]}',
    ),
    "signals that are not snake_case": (
        signals,
        PROGRAM,
        (),
        "class A:\n    loadRequested = QtCore.Signal(str)",
        "class A:\n    load_requested: Signal = Signal(str)\n    _asked = Signal()",
    ),
    "signals of two values": (
        signals,
        PROGRAM,
        (),
        "class A:\n    load_requested: Signal = Signal(str, int)",
        "class A:\n    load_requested = Signal(LoadPlan)",
    ),
    "lambda slots": (
        slots,
        (*PROGRAM, "tests"),
        (),
        "self.button.clicked.connect(lambda: self.x())",
        "self.button.clicked.connect(self._on_clicked)",
    ),
    "partial slots": (
        slots,
        (*PROGRAM, "tests"),
        (),
        "self.button.clicked.connect(functools.partial(self.x, 1))",
        "self.button.clicked.connect(self._on_clicked, Qt.QueuedConnection)",
    ),
    "an opening sentence": (
        opening_sentence,
        (*PROGRAM, "tests"),
        (),
        '"""Utilities"""\n',
        '"""Sizes and times,\nas people read them.\n\nMore.\n"""\n',
    ),
    "broad excepts": (
        broad_excepts,
        (*PROGRAM, "tests"),
        ("app/ui/tasks.py",),
        "try:\n    f()\nexcept (OSError, Exception):\n    pass",
        "try:\n    f()\nexcept OSError:\n    pass\nexcept BaseException:\n    g()\n    raise",
    ),
    "bare excepts": (
        broad_excepts,
        (*PROGRAM, "tests"),
        ("app/ui/tasks.py",),
        "try:\n    f()\nexcept:\n    pass",
        "try:\n    f()\nfinally:\n    pass",
    ),
    "bytes outside units.py": (
        texts_of_bytes,
        PROGRAM,
        ("app/domain/units.py",),
        'f"needs {need / 2**30:.1f} GiB of memory"',
        'f"needs {memory_text(need)} of {place}"',
    ),
    "sleeps in tests": (
        sleeps,
        ("tests",),
        PACED,
        "async def test():\n    await asyncio.sleep(0.1)",
        "async def test():\n    await asyncio.sleep(0)",
    ),
    "qtbot.wait in tests": (
        sleeps,
        ("tests",),
        PACED,
        "def test(qtbot):\n    qtbot.wait(100)",
        "def test(qtbot):\n    qtbot.waitUntil(seen)\n    process.wait(5)",
    ),
    "nested event loops": (
        nested_loops,
        PROGRAM,
        ("app/ui/application.py",),
        "dialog.exec()",
        "dialog.finished.connect(self._take)\ndialog.open()",
    ),
    "nested event loops in coroutines": (
        nested_loops_of_coroutines,
        ("tests",),
        (),
        "async def test():\n    QTest.mouseMove(widget, place)",
        "async def test():\n    point_at(widget, place)\ndef wait():\n    qtbot.waitUntil(seen)",
    ),
    "mocks in tests": (
        mocks,
        ("tests",),
        (),
        "from unittest.mock import patch",
        "from tests.fakes.engine import ScriptedEngine",
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_rule_sees_a_violation(rule: str) -> None:
    check, _, _, bad, good = RULES[rule]
    assert list(check(bad)), "the bad sample passes"
    assert not list(check(good)), "the good sample fails"


@pytest.mark.parametrize("rule", RULES)
def test_rule_holds(rule: str) -> None:
    check, folders, exceptions, _, _ = RULES[rule]
    found = [
        f"{path}: {violation}"
        for path, source in modules(*folders)
        if not path.startswith(exceptions)
        for violation in check(source)
    ]
    assert not found, "\n".join([rule, *found])


def test_long_modules_are_justified() -> None:
    for path, reason in LONG_MODULES.items():
        source = (ROOT / path).read_text("utf-8")
        assert list(long_modules(source)), f"{path} is no longer long: take it off the list"
        assert reason.endswith("."), f"{path}: the reason is a sentence"


def test_resources_and_packaging_are_no_packages() -> None:
    for folder in ("resources", "packaging"):
        assert not list((ROOT / folder).rglob("__init__.py")), "it would shadow a library"
