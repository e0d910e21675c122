"""Chat templates: the field's variables, and hostile ones that must end in a sentence."""

from __future__ import annotations

import pytest

from app.domain.engine import ChatMessage
from app.domain.errors import TemplateError
from backends.llama_cpp import chat_template
from backends.llama_cpp.chat_template import CHATML, ChatTemplate

HELLO = (ChatMessage("user", "Hello"),)


def test_chatml_is_what_models_without_a_template_get() -> None:
    prompt = ChatTemplate(CHATML).render((ChatMessage("system", "Be brief."), *HELLO))
    assert prompt == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n"
        "<|im_start|>assistant\n"
    )


def test_variables_and_filters_of_the_field_are_there() -> None:
    source = (
        "{{ bos_token }}{% if not tools %}{{ strftime_now('%Y') | length }}{% endif %}"
        "{% for m in messages %}{% if loop.first %}{{ m['content'] | tojson }}{% continue %}"
        "{% endif %}{% endfor %}{{ eos_token }}"
    )
    assert ChatTemplate(source, "<s>", "</s>").render((ChatMessage("user", "<ü>"),)) == (
        '<s>4"<ü>"</s>'
    )


def test_system_message_goes_into_the_question_where_the_template_takes_none() -> None:
    source = (
        "{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}"
        "{% endif %}{{ messages[0].content }}"
    )
    template = ChatTemplate(source)
    assert template.render((ChatMessage("system", "Brief."), *HELLO)) == "Brief.\n\nHello"
    with pytest.raises(TemplateError, match="System role not supported"):
        template.render((ChatMessage("system", "Only this."),))


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ messages.append(1) }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ self._TemplateReference__context.environment }}{{ x.y.z }}",
        "{% include '/etc/passwd' %}",
        "{{ 'x' * 1000000000 }}",
        "{{ 9 ** 99999999 }}",
        "{{ range(1000000000) | list }}",
        "{{ 'x' | center(2000000000) | length }}",
        "{% for a in range(9) %}{{ 1 / 0 }}{% endfor %}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{{ undefined_thing.attribute }}",
        "{{ messages[7].content }}",
        "{{ 'abc'.encode('no-such-codec') }}",
    ],
)
def test_hostile_or_broken_template_is_a_sentence(source: str) -> None:
    template = ChatTemplate(source)
    with pytest.raises(TemplateError, match=r"^The model's chat template .*\.$"):
        template.render(HELLO)


def test_template_that_does_not_compile_is_a_sentence() -> None:
    with pytest.raises(TemplateError, match="does not compile"):
        ChatTemplate("{% for %}")


def test_template_bomb_is_stopped_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_template, "DEADLINE_SECONDS", 0.5)
    loops = "{% for a in range(99999) %}" * 4 + "x" + "{% endfor %}" * 4
    with pytest.raises(TemplateError, match="ran longer than"):
        ChatTemplate(loops).render(HELLO)


def test_doubling_string_meets_the_memory_limit_or_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chat_template, "DEADLINE_SECONDS", 2.0)
    source = (
        "{% set ns = namespace(x='xxxxxxxx') %}{% for i in range(40) %}"
        "{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x | length }}"
    )
    with pytest.raises(TemplateError):
        ChatTemplate(source).render(HELLO)
