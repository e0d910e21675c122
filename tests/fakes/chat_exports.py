"""Export files of other programs, in the shapes that these programs write."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def _chatgpt_message(identity: str, role: str, content: Json, **metadata: Any) -> Json:
    return {
        "id": identity,
        "author": {"role": role, "name": None, "metadata": {}},
        "create_time": 1_714_000_000.5 + len(identity),
        "update_time": None,
        "content": content,
        "status": "finished_successfully",
        "end_turn": True,
        "weight": 1.0,
        "metadata": metadata,
        "recipient": "all",
        "channel": None,
    }


def _text(text: str) -> Json:
    return {"content_type": "text", "parts": [text]}


def chatgpt() -> list[Json]:
    """One chat with a hidden system message, an edited question, thoughts, a tool and an image."""
    image: Json = {
        "content_type": "image_asset_pointer",
        "asset_pointer": "file-service://file-1",
        "width": 512,
    }
    nodes: list[tuple[str, str | None, Json | None]] = [
        ("client-created-root", None, None),
        (
            "s",
            "client-created-root",
            _chatgpt_message("s", "system", _text(""), is_visually_hidden_from_conversation=True),
        ),
        ("q1", "s", _chatgpt_message("q1", "user", _text("Wht is 6*7?"))),
        ("a1", "q1", _chatgpt_message("a1", "assistant", _text("42?"), model_slug="gpt-4o")),
        (
            "q2",
            "s",
            _chatgpt_message(
                "q2",
                "user",
                {"content_type": "multimodal_text", "parts": [image, "What is 6*7?"]},
            ),
        ),
        (
            "t2",
            "q2",
            _chatgpt_message(
                "t2",
                "assistant",
                {
                    "content_type": "thoughts",
                    "thoughts": [{"summary": "Multiplying", "content": "6*7 is 42."}],
                },
                model_slug="o3",
            ),
        ),
        (
            "c2",
            "t2",
            _chatgpt_message(
                "c2",
                "assistant",
                {"content_type": "code", "language": "python", "text": "print(6*7)"},
                model_slug="o3",
            ),
        ),
        (
            "e2",
            "c2",
            _chatgpt_message("e2", "tool", {"content_type": "execution_output", "text": "42"}),
        ),
        ("a2", "e2", _chatgpt_message("a2", "assistant", _text("It is 42."), model_slug="o3")),
    ]
    mapping = {
        key: {
            "id": key,
            "message": message,
            "parent": parent,
            "children": [other for other, above, _ in nodes if above == key],
        }
        for key, parent, message in nodes
    }
    return [
        {
            "title": "Six times seven",
            "create_time": 1_714_000_000.25,
            "update_time": 1_714_000_100.5,
            "mapping": mapping,
            "moderation_results": [],
            "current_node": "a2",
            "plugin_ids": None,
            "conversation_id": "66288c7f-0000",
            "gizmo_id": None,
            "is_archived": False,
            "default_model_slug": "o3",
            "id": "66288c7f-0000",
        }
    ]


def open_webui() -> list[Json]:
    """One chat with two replies to one question, reasoning, and a failed one."""
    reasoning = (
        '<details type="reasoning" done="true" duration="3">\n'
        "<summary>Thought for 3 seconds</summary>\n&gt; 6*7 &lt; 43\n&gt; so 42\n</details>\n"
    )
    messages: Json = {
        "u1": {
            "id": "u1",
            "parentId": None,
            "childrenIds": ["a1", "b1"],
            "role": "user",
            "content": "What is 6*7?",
            "timestamp": 1_714_000_000,
            "models": ["llama3.2:3b"],
        },
        "a1": {
            "id": "a1",
            "parentId": "u1",
            "childrenIds": [],
            "role": "assistant",
            "content": "",
            "model": "llama3.2:3b",
            "modelName": "llama3.2:3b",
            "timestamp": 1_714_000_001,
            "error": {"content": "500: model runner has unexpectedly stopped"},
            "done": True,
        },
        "b1": {
            "id": "b1",
            "parentId": "u1",
            "childrenIds": [],
            "role": "assistant",
            "content": f"{reasoning}It is **42**.",
            "model": "qwen3:4b",
            "modelName": "qwen3:4b",
            "timestamp": 1_714_000_002,
            "done": True,
            "usage": {"response_token/s": 31.2},
        },
    }
    return [
        {
            "id": "0b7c-1",
            "user_id": "u",
            "title": "🧮 Six times seven",
            "chat": {
                "id": "",
                "title": "🧮 Six times seven",
                "models": ["qwen3:4b"],
                "params": {"system": "Be brief."},
                "history": {"messages": messages, "currentId": "b1"},
                "messages": [messages["u1"], messages["b1"]],
                "tags": [],
                "timestamp": 1_714_000_000_000,
                "files": [],
            },
            "updated_at": 1_714_000_002,
            "created_at": 1_714_000_000,
            "share_id": None,
            "archived": False,
            "pinned": True,
            "meta": {},
            "folder_id": None,
        }
    ]


def lm_studio() -> Json:
    """A conversation file with a regenerated reply, reasoning and a draft."""

    def reply(*blocks: tuple[str, bool]) -> Json:
        return {
            "type": "multiStep",
            "role": "assistant",
            "senderInfo": {"senderName": "qwen/qwen3-4b"},
            "steps": [
                {
                    "type": "contentBlock",
                    "stepIdentifier": f"1737-{number}",
                    "content": [{"type": "text", "text": text, "fromDraftModel": False}],
                    "defaultShouldIncludeInContext": not thinks,
                    "shouldIncludeInContext": not thinks,
                    **(
                        {"style": {"type": "thinking", "ended": True, "title": "Thought"}}
                        if thinks
                        else {}
                    ),
                }
                for number, (text, thinks) in enumerate(blocks)
            ]
            + [{"type": "debugInfoBlock", "debugInfo": "Conversation naming technique: 'prompt'"}],
        }

    question = {
        "type": "singleStep",
        "role": "user",
        "content": [{"type": "text", "text": "What is 6*7?"}],
    }
    thanks = {"type": "singleStep", "role": "user", "content": [{"type": "text", "text": "Thanks"}]}
    return {
        "name": "Six times seven",
        "pinned": True,
        "createdAt": 1_737_000_000_123,
        "preset": "",
        "tokenCount": 57,
        "systemPrompt": "Be brief.",
        "messages": [
            {"versions": [question], "currentlySelected": 0},
            {
                "versions": [reply(("41", False)), reply(("6*7", True), ("It is 42.", False))],
                "currentlySelected": 1,
            },
            {"versions": [thanks], "currentlySelected": 0},
        ],
        "usePerChatPredictionConfig": True,
        "perChatPredictionConfig": {"fields": []},
        "clientInput": "And 7*8",
        "clientInputFiles": [],
        "userFilesSizeBytes": 0,
        "lastUsedModel": {"identifier": "qwen/qwen3-4b"},
        "notes": [],
        "plugins": [],
    }
