"""Grammars that bind a reply: GBNF, or made of a JSON schema. Checked before they are used."""

from __future__ import annotations

import ctypes
from typing import Any

from app.domain.engine import GenerationRequest
from app.domain.errors import SchemaError
from backends.llama_cpp.library import EngineLog

_LONGEST_GRAMMAR = 256 * 1024
# llama.cpp reads brackets recursively: too many of them end the process.
_DEEPEST_BRACKETS = 200
_FORBIDDEN = float("-inf")


class Grammar:
    """A native grammar and where the reply stands in it; owned until `close`."""

    def __init__(self, api: Any, vocabulary: Any, log: EngineLog, source: str) -> None:
        """Raises `SchemaError` for a grammar that does not parse."""
        self._api = api
        _refuse_dangerous(source)
        log.take_complaints()
        # NULL for a grammar that does not parse: used anyway, it would end the process.
        self._sampler = api.llama_sampler_init_grammar(vocabulary, source.encode(), b"root")
        if not self._sampler:
            why = " ".join(log.take_complaints()).strip().rstrip(".")[:200]
            raise SchemaError(
                "llama.cpp does not accept the grammar{why} A grammar needs a rule named root, "
                "every rule that it uses, and no rule that begins with itself.",
                why=f": {why}." if why else ".",
            )
        self._one = api.llama_token_data()
        self._probe = api.llama_token_data_array(ctypes.pointer(self._one), size=1, selected=-1)

    def allows(self, token: int) -> bool:
        """Whether the reply may go on with this token."""
        self._one.id, self._one.logit, self._one.p = token, 1.0, 0.0
        self.mask(self._probe)
        return self._one.logit != _FORBIDDEN

    def mask(self, candidates: Any) -> None:
        """Set the logits of all candidates that are not allowed to minus infinity."""
        self._api.llama_sampler_apply(self._sampler, ctypes.byref(candidates))

    def accept(self, token: int) -> None:
        """The reply goes on with this token, which `allows` allowed: any other ends the process."""
        self._api.llama_sampler_accept(self._sampler, token)

    def close(self) -> None:
        """Free the grammar."""
        self._api.llama_sampler_free(self._sampler)


def grammar_source(request: GenerationRequest) -> str | None:
    """The GBNF that binds the reply to `request`, if any. Raises `SchemaError`."""
    if request.grammar is not None and request.json_schema is not None:
        raise SchemaError("Give a grammar or a JSON schema for the reply, not both.")
    if request.json_schema is not None:  # decimal numbers, which most replies do without
        from backends.llama_cpp.schema_grammar import grammar_of_schema

        return grammar_of_schema(request.json_schema)
    return request.grammar


def literal(text: str) -> str:
    """A text as a grammar's literal."""
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(escapes.get(each, each) for each in text) + '"'


def _refuse_dangerous(source: str) -> None:
    if len(source) > _LONGEST_GRAMMAR:
        raise SchemaError(
            "The grammar has {count} characters; more than {longest_grammar} are not accepted.",
            count=len(source),
            longest_grammar=_LONGEST_GRAMMAR,
        )
    if not source.strip():
        raise SchemaError("The grammar is empty. Write one with a rule named root.")
    if "\0" in source:
        raise SchemaError("The grammar has a NUL character in it.")
    depth = deepest = 0
    for character in source:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    if deepest > _DEEPEST_BRACKETS:
        raise SchemaError(
            "The grammar nests {deepest} brackets; more than {deepest_brackets} are not accepted.",
            deepest=deepest,
            deepest_brackets=_DEEPEST_BRACKETS,
        )
