"""What a chat takes of a server's context: its own count where it may see the chat, else about."""

from __future__ import annotations

import pytest

from app.domain.engine import ChatMessage, CountingSession
from app.domain.remote import base_address, is_on_this_computer
from backends.remote.session import RemoteSession
from tests.fakes.model_server import Behaviour, Request, lists, replies, running, says, usage
from tests.fakes.remote_sessions import ask, open_session

SYSTEM = ChatMessage("system", "Be brief and be kind.")
QUESTION = ChatMessage("user", "How many words are in this sentence?")
ANSWER = ChatMessage("assistant", "Seven.")
NEXT = ChatMessage("user", "And now?")
EARLIER = (SYSTEM, QUESTION, ANSWER)


def words(messages: list[dict[str, str]], *, opens: bool) -> int:
    """A token for each word, three around each message, and three that open the reply."""
    return sum(3 + len(each["content"].split()) for each in messages) + (3 if opens else 0)


async def tokenize_chat(request: Request) -> None:
    """As vLLM does."""
    body = request.body
    count = words(body["messages"], opens=body["add_generation_prompt"])
    await request.json({"count": count, "max_model_len": 2048, "tokens": [1] * count})


def asked(session_paths: list[Request], path: str) -> int:
    return sum(each.path == path for each in session_paths)


def on_another_computer(session: RemoteSession) -> None:
    session._connection.is_local = False


async def test_vllm_counts_the_whole_and_what_is_written_by_itself() -> None:
    models = lists("tiny", owned_by="vllm", max_model_len=2048)
    async with running(replies("Hi"), models=models, tokenize=tokenize_chat) as server:
        session = await open_session(server)
        assert isinstance(session, CountingSession)
        count = await session.count_context(EARLIER, NEXT)
        await session.count_context(EARLIER, ChatMessage("user", "And now then?"))
        begun = await session.count_context((SYSTEM, QUESTION), ANSWER, continue_reply=True)
        await session.close()
        told = [one.body for one in server.requests if one.path == "/tokenize"]
    assert count.is_exact
    assert count.total == (3 + 5) + (3 + 7) + (3 + 1) + (3 + 2) + 3
    assert count.message_tokens[-1] == 3 + 2, "what is asked is counted by itself"
    assert len(told) == 3 + 2, "the earlier messages are counted once"
    assert begun.total == (3 + 5) + (3 + 7) + (3 + 1)
    assert told[3]["continue_final_message"] is True


async def test_llama_server_counts_what_its_template_makes() -> None:
    async def template(request: Request) -> None:
        opens = request.body["add_generation_prompt"]
        await request.json({"prompt": "x " * words(request.body["messages"], opens=opens)})

    async def tokenize(request: Request) -> None:
        assert request.body["add_special"] is request.body["parse_special"] is True
        await request.json({"tokens": [0, *(1 for _ in request.body["content"].split())]})

    pages: dict[str, Behaviour] = {
        "apply-template": template,
        "tokenize": tokenize,
        "props": says(200, '{"default_generation_settings": {"n_ctx": 512}}', "application/json"),
    }
    models = lists("tiny", owned_by="llamacpp")
    async with running(replies("Hi"), models=models, tls=False, **pages) as server:
        session = await open_session(server)
        count = await session.count_context((), QUESTION)
        await session.close()
    assert (count.total, count.is_exact) == (1 + 3 + 7 + 3, True)
    assert session.info.context_tokens == 512


async def test_what_is_not_sent_is_not_shown_to_another_computer() -> None:
    models = lists("tiny", owned_by="vllm", max_model_len=2048)
    async with running(replies("Hi"), models=models, tokenize=tokenize_chat) as server:
        session = await open_session(server)
        on_another_computer(session)
        count = await session.count_context(EARLIER, NEXT)
        assert not count.is_exact
        assert asked(server.requests, "/tokenize") == 0
        count = await session.count_context(EARLIER, NEXT, is_sent=True)
        assert count.is_exact
        await session.close()


async def test_a_server_that_does_not_count_is_asked_once_and_estimated_by_what_it_told() -> None:
    models = lists("tiny", owned_by="vllm", max_model_len=2048)
    closing = [usage(4 + 2 * len(QUESTION.content), 1)]
    async with running(replies("Hi", closing=closing), models=models) as server:
        session = await open_session(server)
        before = await session.count_context((), QUESTION)
        assert before.total == round(4 + len(QUESTION.content) / 4)
        assert [event async for event in session.generate(ask(QUESTION.content))]
        after = await session.count_context((QUESTION, ANSWER), QUESTION)
        await session.close()
    each = 4 + 2 * len(QUESTION.content)
    assert after.message_tokens == (each, 4 + 2 * len(ANSWER.content), each)
    assert not after.is_exact
    assert asked(server.requests, "/tokenize") == 1


@pytest.mark.parametrize("body", ['{"count": "many"}', "[]", "<html>", '{"count": 9'])
async def test_an_answer_that_makes_no_sense_is_none(body: str) -> None:
    pages = {"tokenize": says(200, body, "application/json")}
    async with running(
        replies("Hi"), models=lists("tiny", owned_by="vllm"), tls=False, **pages
    ) as server:
        session = await open_session(server)
        assert not (await session.count_context((), QUESTION)).is_exact
        await session.close()


async def test_llama_cpp_python_is_not_asked_because_that_would_end_a_reply() -> None:
    models = lists("tiny", owned_by="me")
    async with running(replies("Hi"), models=models) as server:
        session = await open_session(server)
        found = await session.count_context((), QUESTION, is_sent=True)
        await session.close()
        assert [each.path for each in server.requests] == ["/v1/models"]
    assert (found.total, found.is_exact) == (round(4 + len(QUESTION.content) / 4), False)


@pytest.mark.parametrize(
    ("address", "stays"),
    [
        ("localhost:8000", True),
        ("127.0.0.3:1", True),
        ("http://[::1]:9", True),
        ("192.168.1.2:8000", False),
        ("localhost.example.org", False),
        ("127.0.0.1.example.org", False),
        ("lab", False),
    ],
)
def test_which_addresses_stay_on_this_computer(address: str, *, stays: bool) -> None:
    assert is_on_this_computer(base_address(address)) is stays
