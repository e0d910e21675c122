"""Tools on servers: what is asked of them, and what becomes of the calls that they stream."""

from __future__ import annotations

import pytest

from app.domain.engine import (
    ChatMessage,
    Finished,
    GenerationRequest,
    Tool,
    ToolCall,
)
from app.domain.errors import RequestError
from tests.fakes.model_server import Request, delta, end, lists, replies, running, usage
from tests.fakes.remote_sessions import ask, reply, text_of


async def test_tool_calls_are_joined_and_sent_back() -> None:
    pieces = [
        {"index": 0, "id": "c1", "function": {"name": "weather", "arguments": ""}},
        {"index": 0, "function": {"arguments": '{"city": "Pa'}},
        {"index": 1, "id": "c2", "function": {"name": "time", "arguments": "{}"}},
        {"index": 0, "function": {"arguments": 'ris"}'}},
    ]

    async def call(request: Request) -> None:
        deltas = [delta(tool_calls=[piece]) for piece in pieces]
        await request.stream(*deltas, end("tool_calls"), "[DONE]")

    async with running(call) as server:
        asked = ask(tools=(Tool(name="weather", parameters='{"type": "object"}'),))
        last = (await reply(server, asked))[-1]
        assert isinstance(last, Finished)
        calls = (
            ToolCall(name="weather", arguments='{"city": "Paris"}', id="c1"),
            ToolCall(name="time", arguments="{}", id="c2"),
        )
        assert (last.reason, last.tool_calls) == ("stop", calls)
        answers = (
            ChatMessage("assistant", "", tool_calls=calls[:1]),
            ChatMessage("tool", "Sun", tool_call_id="c1"),
        )
        await reply(server, GenerationRequest(messages=answers))
        first, second = server.chats_asked()
    assert first["tools"][0]["function"]["parameters"] == {"type": "object"}
    assert second["messages"][0]["tool_calls"][0]["function"]["name"] == "weather"
    assert second["messages"][1]["tool_call_id"] == "c1"


def piece(index: int, arguments: str, **first: str) -> dict[str, object]:
    """A piece of a call as vLLM, SGLang, llama-server and OpenAI stream it: id, type and name come
    with the first one alone.
    """
    named = {"id": first["id"], "type": "function"} if first else {}
    function = {"arguments": arguments, **({"name": first["name"]} if first else {})}
    return delta(tool_calls=[{"index": index, "function": function, **named}])


WHOLE = [
    delta(role="assistant", content=None),
    piece(0, "", id="c1", name="weather"),
    *(piece(0, part) for part in ('{"', "city", '": "', "Paris", '"}')),
]
PARIS = ToolCall(name="weather", arguments='{"city": "Paris"}', id="c1")


@pytest.mark.parametrize(
    ("chunks", "reason", "calls", "text"),
    [
        (WHOLE[:-1], "length", (), '\nweather {"city": "Paris'),
        (WHOLE[:2], "length", (), "\nweather "),
        (WHOLE, "length", (PARIS,), ""),
        (
            [delta("I will look."), *WHOLE, piece(1, "", id="c2", name="time"), piece(1, '{"zone')],
            "length",
            (PARIS,),
            'I will look.\ntime {"zone',
        ),
        (WHOLE[:-1], "tool_calls", (), '\nweather {"city": "Paris'),
        (WHOLE[:2], "tool_calls", (ToolCall(name="weather", arguments="{}", id="c1"),), ""),
    ],
)
async def test_call_that_was_cut_is_text_and_no_call(
    chunks: list[object], reason: str, calls: tuple[ToolCall, ...], text: str
) -> None:
    async def cut(request: Request) -> None:
        await request.stream(*chunks, end(reason), usage(40, 9), "[DONE]")

    async with running(cut) as server:
        events = await reply(server, ask(tools=(Tool(name="weather", parameters="{}"),)))
    last = events[-1]
    assert isinstance(last, Finished)
    assert last.reason == ("length" if reason == "length" else "stop")
    assert (last.tool_calls, text_of(events)) == (calls, text)


TOOLS = tuple(Tool(name=name, parameters='{"type": "object"}') for name in ("weather", "time"))
NAMED = {"type": "function", "function": {"name": "time"}}


@pytest.mark.parametrize(
    ("owner", "choice", "tools", "told"),
    [
        ("vllm", "auto", ["weather", "time"], {}),
        ("vllm", "required", ["weather", "time"], {"tool_choice": "required"}),
        (
            "vllm",
            "time",
            ["weather", "time"],
            {"tool_choice": NAMED, "parallel_tool_calls": False},
        ),
        ("llamacpp", "auto", ["weather", "time"], {"parallel_tool_calls": True}),
        (
            "llamacpp",
            "time",
            ["time"],
            {"tool_choice": "required", "parallel_tool_calls": False},
        ),
        ("me", "time", ["weather", "time"], {"tool_choice": NAMED, "parallel_tool_calls": False}),
    ],
)
async def test_tool_that_must_be_called_is_asked_for_as_each_server_takes_it(
    owner: str, choice: str, tools: list[str], told: dict[str, object]
) -> None:
    async with running(replies("Hi"), models=lists("tiny", owned_by=owner)) as server:
        await reply(server, ask(tools=TOOLS, tool_choice=choice))
        (body,) = server.chats_asked()
    assert [tool["function"]["name"] for tool in body["tools"]] == tools
    assert {name: body[name] for name in body if "tool_" in name} == told


@pytest.mark.parametrize(
    ("owner", "choice", "words"),
    [
        ("library", "required", "makes a reply call a tool"),
        ("library", "time", "makes a reply call a tool"),
        ("me", "required", "makes a reply call a tool"),
        ("vllm", "nothing", "must call the tool nothing"),
    ],
)
async def test_tool_choice_that_would_be_passed_over_is_refused(
    owner: str, choice: str, words: str
) -> None:
    async with running(replies("Hi"), models=lists("tiny", owned_by=owner)) as server:
        with pytest.raises(RequestError, match=words):
            await reply(server, ask(tools=TOOLS, tool_choice=choice))
        assert not server.chats_asked()
