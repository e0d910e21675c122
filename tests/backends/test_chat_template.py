"""Chat templates: the field's variables and filters, in the sandbox."""

from __future__ import annotations

import pytest

from app.domain.engine import ChatMessage
from app.domain.errors import TemplateError
from backends.llama_cpp.chat_template import ChatTemplate
from backends.llama_cpp.reply_format import CHATML

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


def test_template_that_does_not_compile_is_a_sentence() -> None:
    with pytest.raises(TemplateError, match="does not compile"):
        ChatTemplate("{% for %}")
