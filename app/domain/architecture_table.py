"""What llama.cpp's source says of each architecture: which layers keep what of the past.

Read in src/llama-arch.cpp, src/llama-model.cpp and src/models/*.cpp of the llama.cpp inside
llama-cpp-python 0.3.36. An architecture that is not here is unknown, and nothing is guessed.
"""

from __future__ import annotations

from typing import Final

import msgspec

from app.domain.gguf import Header


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


class Window(msgspec.Struct, frozen=True):
    """How an architecture finds its sliding-window layers.

    `period` n: of n layers, all but the last one slide (`full_first`: all but the first one);
    None: the file lists them. `width` is the window when the file names none; None means that
    then no layer slides. `fixed` overrides what the file says.
    """

    period: int | None
    width: int | None = None
    full_first: bool = False
    fixed: bool = False


WINDOWS: Final[dict[str, Window]] = {
    "afmoe": Window(4),
    "cohere2": Window(4),
    "cohere2moe": Window(4, full_first=True),
    "exaone-moe": Window(4, width=128),
    "exaone4": Window(4, width=4096),
    "gemma2": Window(2, width=4096),
    "gemma3": Window(6),
    "gemma3n": Window(5),
    "gemma4": Window(None),
    "gpt-oss": Window(2),
    "granite_swa": Window(None),
    "laguna": Window(4, full_first=True),
    "llama4": Window(4, width=8192, fixed=True),
    "maple": Window(None),
    "mellum": Window(4),
    "mimo2": Window(None),
    "muse-glimmer": Window(4),
    "olmo2": Window(4),
    "plamo3": Window(8),
    "smallthinker": Window(4, width=4096, full_first=True, fixed=True),
    "spark2_5": Window(None),
    "step35": Window(None),
}

# Nothing of the past is kept: encoders and diffusion models.
WITHOUT_CACHE: Final = _names(
    "bert jina-bert-v2 jina-bert-v3 nomic-bert nomic-bert-moe neo-bert eurobert modern-bert "
    "gemma-embedding dream llada llada-moe rnd1"
)
# A state in every layer, and no attention.
RECURRENT: Final = _names("mamba mamba2 rwkv6 rwkv6qwen2 rwkv7 arwkv7")
RWKV: Final = _names("rwkv6 rwkv6qwen2 rwkv7 arwkv7")
# Layers without key-value heads hold a state.
RECURRENT_WITHOUT_HEADS: Final = _names(
    "jamba granitehybrid plamo2 bailingmoe3 kimi-linear kimi-k3 lfm2 lfm2moe"
)
NEMOTRON_H: Final = frozenset({"nemotron_h", "nemotron_h_moe"})
# Every n-th layer attends, the others hold a state; the file may list them.
INTERVALS: Final[dict[str, int]] = {"qwen3next": 4, "qwen35": 4, "qwen35moe": 4, "minimax-01": 8}
# Both in every layer.
RECURRENT_AND_ATTENDING: Final = frozenset({"falcon-h1"})

# Attention of the plain kind in every layer: rows of keys and values for every cell.
PLAIN: Final = _names(
    "llama deci falcon grok gpt2 gptneox mpt baichuan starcoder refact bloom stablelm qwen qwen2 "
    "qwen2moe qwen2vl qwen3 qwen3moe qwen3vl qwen3vlmoe phi2 phi3 phimoe plamo codeshell orion "
    "internlm2 minicpm minicpm3 gemma starcoder2 xverse command-r dbrx olmo olmoe openelm arctic "
    "deepseek deepseek2 deepseek2-ocr chatglm glm4 glm4moe bitnet jais jais2 nemotron exaone "
    "granite granitemoe chameleon plm bailingmoe bailingmoe2 dots1 arcee ernie4_5 ernie4_5-moe "
    "hunyuan-moe hunyuan-dense hunyuan_vl hy_v3 smollm3 seed_oss grovemoe apertus minimax-m2 "
    "cogvlm pangu-embedded mistral3 mistral4 paddleocr llama-embed maincoder"
)
KNOWN: Final = frozenset(
    {
        *PLAIN,
        *WINDOWS,
        *WITHOUT_CACHE,
        *RECURRENT,
        *RECURRENT_WITHOUT_HEADS,
        *NEMOTRON_H,
        *INTERVALS,
        *RECURRENT_AND_ATTENDING,
    }
)
# llama.cpp runs them, with caches of their own kind: only a dry run tells what they take.
DRY_RUN_ONLY: Final = _names(
    "deepseek32 deepseek4 glm-dsa dots3note minimax-m3 glm5-next hy_v4 qwen4exp dflash eagle3 "
    "gemma4-assistant graniteswitch nanbeige hrm_text talkie qwen3tts pockettts t5 t5encoder "
    "wavtokenizer-dec"
)
SUPPORTED: Final = KNOWN | DRY_RUN_ONLY
# Parts of a model that llama.cpp does not load by themselves.
COMPANIONS: Final = frozenset({"clip"})


def _listed(header: Header, key: str, count: int) -> tuple[bool, ...] | None:
    """A list of truth values, one a layer, filled up with false; None if the file has none."""
    view = header.metadata.get(key)
    if view is None or isinstance(view, int | float | str):
        return None
    values = [bool(value) for value in view.integers(key)][:count]
    return tuple(values + [False] * (count - len(values)))


def sliding_layers(
    header: Header, arch: str, count: int, main: int
) -> tuple[int, tuple[bool, ...]]:
    """The window in tokens (0: none) and which of `count` layers slide; `main` leave out drafts."""
    window = WINDOWS.get(arch)
    none = (0, (False,) * count)
    if window is None or (arch == "exaone4" and main != 64):
        return none
    told = header.integer(f"{arch}.attention.sliding_window")
    width = window.width if told is None or (window.fixed and told) else told
    if not width or (arch == "smallthinker" and told is None):
        return none
    key = f"{arch}.attention.sliding_window_pattern"
    listed = _listed(header, key, count)
    if listed is not None:
        return width, listed
    period = window.period
    if period is None:
        return none
    stored = header.metadata.get(key)
    if isinstance(stored, int):
        period = int(stored)
    return width, _every(period, main, count, full_first=window.full_first)


def _every(period: int, main: int, count: int, *, full_first: bool) -> tuple[bool, ...]:
    def slides(layer: int) -> bool:
        if layer >= main:
            return False
        if period == 0:
            return True
        return layer % period != 0 if full_first else layer % period < period - 1

    return tuple(slides(layer) for layer in range(count))


def recurrent_layers(
    header: Header, arch: str, main: int, kv_heads: tuple[int, ...], feed_forward: tuple[int, ...]
) -> tuple[bool, ...]:
    """Which layers hold a state that does not grow with the context."""
    count = len(kv_heads)
    if arch in RECURRENT or arch in RECURRENT_AND_ATTENDING:
        return (True,) * count
    if arch in RECURRENT_WITHOUT_HEADS:
        return tuple(heads == 0 for heads in kv_heads)
    if arch in NEMOTRON_H:
        pairs = zip(kv_heads, feed_forward, strict=True)
        return tuple(
            layer < main and heads == 0 and width == 0 for layer, (heads, width) in enumerate(pairs)
        )
    if arch in INTERVALS:
        listed = _listed(header, f"{arch}.attention.recurrent_layers", count)
        if listed is not None:
            return listed
        interval = header.integer(f"{arch}.full_attention_interval") or INTERVALS[arch]
        return tuple(layer < main and (layer + 1) % interval != 0 for layer in range(count))
    return (False,) * count
