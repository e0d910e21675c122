"""What huggingface_hub returns or raises, as values and sentences of this program."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from app.domain.errors import GatedError, NetworkError, RepositoryError
from app.domain.hub import HubFile, ModelCard, RepositoryFiles, group_files, parameter_count_of
from app.domain.model import ModelFormat
from app.domain.words import Sentence, sentence
from app.services.network import Network

if TYPE_CHECKING:
    from huggingface_hub import ModelInfo

Result = TypeVar("Result")
FORMATS: Final[tuple[ModelFormat, ...]] = ("gguf", "mlx")
_COMMIT: Final = re.compile("[0-9a-f]{40}")
# Tags of the hub -> what a user calls it.
_CAPABILITIES: Final = {
    "image-text-to-text": "vision",
    "audio-text-to-text": "audio",
    "any-to-any": "vision",
    "feature-extraction": "embeddings",
    "sentence-similarity": "embeddings",
    "text-ranking": "reranking",
    "tool-use": "tools",
    "function-calling": "tools",
    "reasoning": "reasoning",
}


def translated(ask: Callable[[], Result], repository: str | None, network: Network) -> Result:
    """The answer, or the sentence for what huggingface_hub raised."""
    import httpx2
    from huggingface_hub import errors

    host, name = network.endpoint_host, repository or sentence("this account")
    try:
        return ask()
    except errors.GatedRepoError as error:  # a subclass of RepositoryNotFoundError: first
        raise gated_error(name, network.endpoint) from error
    except errors.RepositoryNotFoundError as error:
        raise RepositoryError(
            "{host} has no repository {name}, or it is private. Check the name; a private one "
            "needs an access token in Settings.",
            host=host,
            name=name,
        ) from error
    except errors.RevisionNotFoundError as error:
        raise RepositoryError(
            "{name} has no such revision. Use its branch main.", name=name
        ) from error
    except errors.HfHubHTTPError as error:
        raise _status_error(error.response.status_code, host, name) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NetworkError(
            "{host} gave an answer that cannot be read ({error}). Is HF_ENDPOINT really the "
            "address of a model hub?",
            host=host,
            error=type(error).__name__,
        ) from error
    except httpx2.HTTPError as error:
        raise NetworkError(
            "{host} gave no usable answer: {error}. Try again later.", host=host, error=str(error)
        ) from error


def gated_error(repository: str | Sentence, endpoint: str) -> GatedError:
    """What to do about a repository that asks for an agreement."""
    return GatedError(
        "{repository} is gated. Open {endpoint}/{repository} in a browser, accept its terms, and "
        "enter an access token of that account in Settings.",
        repository=repository,
        endpoint=endpoint,
    )


def _status_error(status: int, host: str, name: str | Sentence) -> NetworkError:
    if status in {401, 403}:
        return GatedError(
            "{host} refused access to {name} (HTTP {status}). Check the name, and the access "
            "token in Settings.",
            host=host,
            name=name,
            status=status,
        )
    return NetworkError(
        "{host} refused the request (HTTP {status}). Try again later.", host=host, status=status
    )


def model_card(info: ModelInfo) -> ModelCard:
    tags = tuple(info.tags or ())
    gguf = cast("dict[str, Any]", cast("Any", info).gguf or {})
    name = info.id.partition("/")[2]
    return ModelCard(
        repository=info.id,
        formats=tuple(one for one in FORMATS if one in tags or info.library_name == one),
        downloads=info.downloads or 0,
        likes=info.likes or 0,
        trending_score=info.trending_score or 0,
        created=info.created_at.isoformat() if info.created_at else None,
        modified=info.last_modified.isoformat() if info.last_modified else None,
        parameter_count=_whole(gguf.get("total")) or parameter_count_of(name),
        architecture=_text(gguf.get("architecture")),
        context_tokens=_whole(gguf.get("context_length")),
        license=_tagged(tags, "license:"),
        gated=bool(info.gated),
        base_model=_tagged(tags, "base_model:"),
        capabilities=_capabilities((*tags, info.pipeline_tag or "")),
    )


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and value > 0 else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _tagged(tags: Iterable[str], prefix: str) -> str | None:
    """The value of a tag such as `license:mit`."""
    return next((tag.removeprefix(prefix) for tag in tags if tag.startswith(prefix)), None)


def _capabilities(tags: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_CAPABILITIES[tag] for tag in tags if tag in _CAPABILITIES))


def repository_files(repository: str, info: ModelInfo) -> RepositoryFiles:
    tags = tuple(info.tags or ())
    files = [
        HubFile(
            path=one.rfilename,
            size_bytes=one.size or 0,
            sha256=one.lfs.sha256 if one.lfs else None,
            git_sha1=None if one.lfs else one.blob_id,
        )
        for one in info.siblings or ()
    ]
    is_mlx = "mlx" in tags or info.library_name == "mlx"
    if not _COMMIT.fullmatch(info.sha or "") or info.sha is None:
        raise NetworkError(
            "The hub did not name the commit of {repository}, so its files could change midway. "
            "Is HF_ENDPOINT really the address of a model hub?",
            repository=repository,
        )
    rows = group_files(repository, files, is_mlx=is_mlx)
    if not rows:
        raise RepositoryError(
            "{repository} holds no GGUF or MLX model. Search for its name with GGUF or MLX: "
            "others may have converted it.",
            repository=repository,
        )
    card = model_card(info)
    return RepositoryFiles(
        repository=repository,
        revision=info.sha,
        rows=rows,
        gated=card.gated,
        license=card.license,
        parameter_count=card.parameter_count,
        context_tokens=card.context_tokens,
    )
