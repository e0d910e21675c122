"""What a request can ask of a reply, on the real starter model."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.engine import (
    ChatMessage,
    GenerationRequest,
    ReasoningDelta,
    Sampling,
    TextDelta,
    TokenBias,
    Tool,
)
from app.domain.errors import RequestError, SchemaError, TemplateError
from backends.llama_cpp.reply_format import format_of
from tests.backends.stepped import GREEDY, Stepped, ask, chat

COLOURS = "Name three colours."


@pytest.fixture(scope="module")
def starter(starter_path: Path) -> Iterator[Stepped]:
    stepped = Stepped(starter_path, context_tokens=1024, parallel=2)
    yield stepped
    stepped.close()


def sampled(**options: object) -> GenerationRequest:
    return ask(COLOURS, max_tokens=12, sampling=Sampling(seed=7, **options))


@pytest.mark.parametrize(
    ("options", "order"),
    [
        ({"temperature": 0.0}, ("greedy",)),
        (
            {"temperature": 0.0, "repeat_penalty": 1.3},
            ("top-k", "penalties", "greedy"),
        ),
        ({}, ("top-k", "top-p", "min-p", "temp", "dist")),
        (
            {
                "dynamic_temperature_range": 0.3,
                "typical_p": 0.9,
                "top_n_sigma": 2.0,
                "xtc_probability": 0.5,
                "repeat_penalty": 1.1,
                "dry_multiplier": 0.8,
                "logit_bias": (TokenBias(5, 1.0),),
            },
            ("logit-bias", "top-k", "penalties", "dry", "top-n-sigma", "typical", "top-p", "min-p",
             "xtc", "temp-ext", "dist"),
        ),
        ({"mirostat": 1}, ("temp", "mirostat")),
        ({"mirostat": 2, "frequency_penalty": 0.5}, ("penalties", "temp", "mirostat-v2")),
    ],
)  # fmt: skip
def test_samplers_run_in_the_order_that_is_told(
    starter: Stepped, options: dict[str, object], order: tuple[str, ...]
) -> None:
    number = starter.submit(sampled(**options))
    starter.run()
    assert tuple(name.lstrip("+?") for name in starter.end(number).samplers) == order
    assert starter.end(number).timings.completion_tokens > 0


@pytest.mark.long
def test_same_seed_gives_the_same_reply_and_another_one_another(starter: Stepped) -> None:
    texts: list[str] = []
    for seed in (1, 1, 2, 3):
        starter.forget()
        texts.append(
            starter.reply(
                ask(COLOURS, max_tokens=24, sampling=Sampling(temperature=1.5, seed=seed))
            )
        )
    assert texts[0] == texts[1]
    assert len(set(texts)) > 1


def test_seed_of_ones_is_a_random_one_that_is_told(starter: Stepped) -> None:
    """llama.cpp takes it for the wish of a random seed, and tells nobody which it took."""
    seeds: list[int | None] = []
    texts: list[str] = []
    for seed in (-1, 2**32 - 1, None):
        options = Sampling(temperature=2.0, seed=seeds[-1] if seed is None else seed)
        number = starter.submit(ask(COLOURS, max_tokens=8, sampling=options))
        starter.run()
        seeds.append(starter.end(number).seed)
        texts.append(starter.text(number))
    assert seeds[0] != seeds[1] == seeds[2]
    assert 2**32 - 1 not in seeds
    assert texts[1] == texts[2]


def test_bias_forbids_and_forces_tokens(starter: Stepped) -> None:
    number = starter.submit(ask(COLOURS, max_tokens=1, logprobs=0))
    starter.run()
    delta = next(event for event in starter.of(number) if isinstance(event, TextDelta))
    assert delta.logprob is not None
    first = delta.logprob.chosen.token_id
    forbidden = Sampling(temperature=0.0, logit_bias=(TokenBias(first, -math.inf),))
    other = starter.reply(ask(COLOURS, max_tokens=1, sampling=forbidden))
    assert other != delta.text
    forced = Sampling(temperature=0.0, logit_bias=(TokenBias(first, 1000.0),))
    assert starter.reply(ask(COLOURS, max_tokens=5, sampling=forced)) == delta.text * 5


def test_penalties_see_the_prompt(starter: Stepped) -> None:
    question = "Repeat exactly: red red red red red red"
    plain = starter.reply(ask(question, max_tokens=8))
    assert "red" in plain.lower()
    strong = Sampling(temperature=0.0, presence_penalty=100.0, penalty_last_tokens=-1)
    penalized = starter.reply(ask(question, max_tokens=8, sampling=strong))
    assert " red" not in penalized


@pytest.mark.parametrize(
    "options",
    [
        {"temperature": math.nan},
        {"temperature": math.inf},
        {"repeat_penalty": 0.0},
        {"frequency_penalty": math.inf},
        {"penalty_last_tokens": -2},
        {"penalty_last_tokens": 2**30},
        {"top_p": -0.5},
        {"min_p": math.nan},
        {"dry_breakers": ("\0",)},
        {"logit_bias": (TokenBias(10**6, 1.0),)},
        {"logit_bias": (TokenBias(-1, 1.0),)},
        {"logit_bias": (TokenBias(1, math.nan),)},
    ],
)
def test_senseless_sampling_is_refused(starter: Stepped, options: dict[str, object]) -> None:
    with pytest.raises(RequestError, match=r"\.$"):
        starter.submit(sampled(**options))


def test_log_probabilities_are_those_of_the_model(starter: Stepped) -> None:
    number = starter.submit(ask(COLOURS, max_tokens=6, logprobs=5))
    starter.run()
    deltas = [event for event in starter.of(number) if isinstance(event, TextDelta)]
    assert len(deltas) == 6
    for delta in deltas:
        assert delta.logprob is not None
        chosen, others = delta.logprob.chosen, delta.logprob.alternatives
        assert len(others) == 5
        assert others[0] == chosen  # at temperature 0 the likeliest is taken
        assert delta.text == chosen.text
        chances = [each.logprob for each in others]
        assert chances == sorted(chances, reverse=True)
        assert 0 < sum(math.exp(chance) for chance in chances) <= 1 + 1e-9


def test_grammar_binds_the_reply(starter: Stepped) -> None:
    text = starter.reply(ask(COLOURS, grammar='root ::= ("red" | "green") "!" [0-9]{3}'))
    assert text[-4:-3] == "!"
    assert text[:-4] in ("red", "green")
    assert text[-3:].isdigit()


def test_grammar_holds_beside_samplers_that_would_break_it(starter: Stepped) -> None:
    wild = Sampling(temperature=3.0, top_k=0, top_p=1.0, min_p=0.0, seed=3)
    text = starter.reply(ask(COLOURS, grammar="root ::= [ab]{20}", sampling=wild))
    assert len(text) == 20
    assert set(text) <= {"a", "b"}


@pytest.mark.parametrize(
    "grammar",
    [
        " ",
        "root ::= (",
        'root ::= missing "x"',
        'other ::= "x"',
        'root ::= root "x"',
        "",
        "root ::= " + "(" * 5000 + '"x"' + ")" * 5000,
        'root ::= "x"\0',
        "x" * 300_000,
        'root ::= "x"{99999999999}',
    ],
)
def test_bad_grammar_is_a_sentence(starter: Stepped, grammar: str) -> None:
    with pytest.raises(SchemaError, match=r"grammar.*\.$"):
        starter.reply(ask(COLOURS, grammar=grammar, max_tokens=2))
    assert starter.reply(ask("Hello", max_tokens=2))


def test_grammar_and_schema_together_are_refused(starter: Stepped) -> None:
    with pytest.raises(SchemaError, match="not both"):
        starter.submit(ask(COLOURS, grammar='root ::= "x"', json_schema="{}"))


def test_grammar_begins_after_the_reasoning(starter: Stepped) -> None:
    """The starter model does not reason: its template is told that it does, with a first mark."""
    prompts = starter.model._prompts
    plain = prompts.form
    prompts.form = format_of("<think></think>")
    try:
        request = GenerationRequest(
            prompt="<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<think>",
            sampling=GREEDY,
            max_tokens=40,
            grammar='root ::= "yes" | "no"',
        )
        prompt = prompts.prompt(request)
        assert prompt.ending == ""
        number = starter.submit(request)
        starter.run()
        assert starter.text(number) in ("yes", "no")
        thinking = GenerationRequest(
            messages=(ChatMessage("user", "Hi"), ChatMessage("assistant", "<think>")),
            continue_reply=True,
            sampling=GREEDY,
            max_tokens=12,
            grammar='root ::= "yes" | "no"',
        )
        number = starter.submit(thinking)
        starter.run()
        assert starter.text(number) == ""
        assert len(starter.reasoning(number)) > 10
        assert any(isinstance(event, ReasoningDelta) for event in starter.of(number))
    finally:
        prompts.form = plain


def test_cut_reply_goes_on_where_it_ended(starter: Stepped) -> None:
    whole = starter.reply(ask(COLOURS, max_tokens=20))
    cut = starter.reply(ask(COLOURS, max_tokens=9))
    number = starter.submit(
        chat(
            ChatMessage("user", COLOURS),
            ChatMessage("assistant", cut),
            continue_reply=True,
            max_tokens=11,
        )
    )
    starter.run()
    assert cut + starter.text(number) == whole
    assert starter.end(number).timings.evaluated_tokens <= 2


def test_only_a_reply_can_go_on(starter: Stepped) -> None:
    with pytest.raises(TemplateError, match="no reply"):
        starter.submit(ask(COLOURS, continue_reply=True))


def test_raw_prompt_goes_without_template(starter: Stepped) -> None:
    number = starter.submit(
        GenerationRequest(prompt="The capital of France is", sampling=GREEDY, max_tokens=3)
    )
    starter.run()
    assert "Paris" in starter.text(number)
    assert starter.end(number).timings.prompt_tokens == 5


def test_model_without_infill_tokens_says_so(starter: Stepped) -> None:
    request = GenerationRequest(prompt="def add(a, b):\n", suffix="\n\nprint(add(1, 2))")
    with pytest.raises(RequestError, match="middle of a text"):
        starter.submit(request)


def test_empty_prompt_is_refused(starter: Stepped) -> None:
    with pytest.raises(RequestError, match="empty"):
        starter.submit(GenerationRequest(prompt=""))


def test_no_tokens_asked_ends_at_once(starter: Stepped) -> None:
    number = starter.submit(ask(COLOURS, max_tokens=0))
    starter.run()
    assert (starter.end(number).reason, starter.text(number)) == ("length", "")


def test_tools_reach_a_template_and_calls_come_back(starter: Stepped) -> None:
    """The starter model's template knows no tools: a grammar makes it call one all the same."""
    call = {"name": "now", "arguments": {"zone": "UTC"}}
    literal = json.dumps(f"<tool_call>{json.dumps(call)}</tool_call>")
    tool = Tool(name="now", parameters='{"type": "object"}')
    number = starter.submit(ask("Time?", tools=(tool,), grammar=f"root ::= {literal}"))
    starter.run()
    assert starter.text(number) == ""
    (found,) = starter.end(number).tool_calls
    assert (found.name, json.loads(found.arguments)) == ("now", {"zone": "UTC"})


def test_tokens_are_counted_as_the_reply_will_count_them(starter: Stepped) -> None:
    request = ask(COLOURS, max_tokens=1)
    number = starter.submit(request)
    starter.run()
    assert starter.model.count_tokens(request) == starter.end(number).timings.prompt_tokens
