"""Bad answers of servers in a reply: one sentence each, what came before is kept."""

from __future__ import annotations

import json
import re

import pytest

from app.domain.errors import (
    AppError,
    KeyRefusedError,
    ModelNotFoundError,
    PromptTooLongError,
    RequestError,
    SchemaError,
    ServerReplyError,
)
from tests.fakes.model_server import (
    Behaviour,
    Request,
    delta,
    replies,
    running,
    says,
)
from tests.fakes.remote_sessions import (
    ask,
    failed_reply,
    reply,
    text_of,
)


async def broken_stream(request: Request) -> None:
    await request.stream(delta("Some"), '{"choices": [{"del')


async def error_in_the_stream(request: Request) -> None:
    await request.stream(delta("Some"), {"error": {"message": "CUDA out of memory", "code": 500}})


def refuses(status: int, message: str) -> Behaviour:
    return says(status, json.dumps({"error": {"message": message}}), "application/json")


VLLM_TOO_LONG = "This model's maximum context length is 2048 tokens"

REFUSALS: list[tuple[Behaviour, type[AppError], str, str]] = [
    (broken_stream, ServerReplyError, "not valid JSON", "Some"),
    (error_in_the_stream, ServerReplyError, "gave up.*CUDA out of memory", "Some"),
    (says(200, "<html>Hi</html>", "text/html"), ServerReplyError, "a web page", ""),
    (says(200, "{nope", "application/json"), ServerReplyError, "not valid JSON", ""),
    (says(200, "[" * 100_000, "application/json"), ServerReplyError, "not valid JSON", ""),
    (says(500, "<html>Oops</html>", "text/html"), ServerReplyError, "failed with status 500", ""),
    (refuses(500, "boom"), ServerReplyError, "status 500.*boom.*log", ""),
    (refuses(401, "bad key"), KeyRefusedError, "wants a key.*bad key", ""),
    (refuses(404, "The model is gone"), ModelNotFoundError, "no model called tiny", ""),
    (refuses(404, "Not Found"), ServerReplyError, "no OpenAI interface", ""),
    (refuses(400, VLLM_TOO_LONG), PromptTooLongError, "does not fit.*2048", ""),
    (refuses(429, "slow down"), ServerReplyError, "too many requests.*slow down", ""),
    (
        says(307, "", "text/plain", location="https://other/"),
        ServerReplyError,
        "https://other/",
        "",
    ),
]


@pytest.mark.parametrize(("chat", "kind", "sentence", "kept"), REFUSALS)
async def test_bad_answer_is_one_sentence(
    chat: Behaviour, kind: type[AppError], sentence: str, kept: str
) -> None:
    async with running(chat) as server:
        text, error = await failed_reply(server)
    assert type(error) is kind
    assert re.search(sentence, str(error))
    assert str(error).endswith((".", "”"))
    assert "<html>" not in str(error)
    assert text == kept


async def test_server_that_refuses_the_extras_gets_the_plain_request() -> None:
    extras = refuses(400, "Unrecognized request argument supplied: stream_options")
    async with running(extras, replies("Fine")) as server:
        assert text_of(await reply(server)) == "Fine"
        first, second = server.chats_asked()
    assert "stream_options" in first
    assert "stream_options" not in second


async def test_schema_is_never_dropped_in_silence() -> None:
    async with running(refuses(400, "response_format is not supported"), replies("{}")) as server:
        _, error = await failed_reply(server, ask(json_schema='{"type": "object"}'))
        assert len(server.chats_asked()) == 1
    assert type(error) is RequestError
    assert "response_format is not supported" in str(error)


async def test_bad_schema_is_not_sent() -> None:
    async with running(replies("{}")) as server:
        _, error = await failed_reply(server, ask(json_schema="{nope"))
        assert not server.chats_asked()
    assert type(error) is SchemaError
