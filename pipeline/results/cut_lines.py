"""`wajue segment`: text cut into words by the mined lexicon. In: a stream of UTF-8 lines. Out: the same lines, with spaces."""

from collections.abc import Iterator
from typing import BinaryIO

from wajue.errors import WajueError
from wajue.results import loaders
from wajue.store.workspace import Workspace

_BLOCK_BYTES = 1 << 22  # lines of so many bytes are cut at once


def cut_lines(workspace: Workspace, stream: BinaryIO, name: str) -> Iterator[bytes]:
    """The lines of the stream, some at a time, with spaces between their words; name: what errors call the stream.

    Raises WajueError if the workspace has no lexicon, or a line is not UTF-8.
    """
    segmenter = loaders.load_segmenter(workspace)
    number = 0
    while lines := stream.readlines(_BLOCK_BYTES):
        texts = [_decoded(line, name, number + i) for i, line in enumerate(lines, 1)]
        number += len(lines)
        yield "".join(f"{text}\n" for text in segmenter.spaced(texts)).encode()


def _decoded(line: bytes, name: str, number: int) -> str:
    try:
        return line.removesuffix(b"\n").removesuffix(b"\r").decode()
    except UnicodeDecodeError as error:
        raise WajueError(f"{name}, line {number}: not valid UTF-8 ({error.reason}); convert it first") from None
