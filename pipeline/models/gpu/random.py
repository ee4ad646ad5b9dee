"""The draws of pipeline/models/cpu/random.py on a GPU: the same numbers of the same counters."""

from typing import NamedTuple

import numpy as np
import torch
import triton
import triton.language as tl

from wajue.models.sampling import Draws, noise_shares

_BLOCK = 1024  # tokens of a program, in a kernel that is a single pass over the text


class GpuDraws(NamedTuple):
    """wajue.models.sampling.Draws on a GPU, unsigned numbers as the signed ones of the same bits."""

    key: torch.Tensor  # int64 [1]
    keep: torch.Tensor  # int32 [words]
    threshold: torch.Tensor  # int32 [words]
    alias: torch.Tensor  # int32 [words]
    share: torch.Tensor  # float32 [words], how often each word is drawn as noise


class Kept(NamedTuple):
    """What subsampling leaves of some documents, one after the other."""

    matrix_rows: torch.Tensor  # int32 [kept], the word
    reaches: torch.Tensor  # int32 [kept], how far its window reaches
    positions: torch.Tensor  # int32 [kept], where it stood in its document
    offsets: torch.Tensor  # int64 [documents + 1], where each document begins
    doc_indices: torch.Tensor  # int64 [documents], of which the documents' keys are made


def to_gpu(draws: Draws, device: torch.device) -> GpuDraws:
    """Draws, copied to a GPU."""
    key = torch.tensor([np.uint64(draws.key).astype(np.int64)], device=device)
    tables = [torch.from_numpy(a.view(np.int32)).to(device) for a in (draws.keep, draws.threshold, draws.alias)]
    share = torch.from_numpy(noise_shares(draws.threshold, draws.alias).astype(np.float32))
    return GpuDraws(key, *tables, share.to(device))


@triton.jit
def mix(z):
    """64 well-mixed bits of uint64."""
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB
    return z ^ (z >> 31)


@triton.jit
def number(key, counter):
    """The counter-th number of a key."""
    return mix(key.to(tl.uint64) + (counter.to(tl.uint64) + 1) * 0x9E3779B97F4A7C15)


@triton.jit
def draw(
    bits,  # uint64
    threshold,  # int32 [vocabulary]
    alias,  # int32 [vocabulary]
    vocabulary,
    mask,
):
    """A matrix row by the alias table."""
    column = (((bits >> 32) * vocabulary) >> 32).to(tl.int64)
    side = tl.load(threshold + column, mask=mask, other=0).to(tl.uint32, bitcast=True)
    other = tl.load(alias + column, mask=mask, other=0)
    return tl.where((bits & 0xFFFFFFFF).to(tl.uint32) > side, other, column.to(tl.int32))


@triton.jit(do_not_specialize=["size", "window", "stride"])
def _keep(
    text,  # int32 [tokens of the text], matrix rows
    owners,  # int64 [size], the document of each token
    starts,  # int64 [documents + 1], where each document begins among these tokens
    begins,  # int64 [documents], where it begins in the text
    doc_indices,  # int64 [documents]
    key,  # int64 [1]
    keep,  # int32 [vocabulary]
    stays,  # int8 [size], written: is the token kept?
    matrix_rows,  # int32 [size], written
    reaches,  # int32 [size], written: how far its window reaches
    positions,  # int32 [size], written: where it stands in its document
    size,  # tokens of these documents
    window,
    stride,  # counters of a position
    BLOCK: tl.constexpr,
):
    """What subsampling makes of each token of some documents."""
    at = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    inside = at < size
    document = tl.load(owners + at, mask=inside, other=0)
    position = at - tl.load(starts + document, mask=inside, other=0)
    word = tl.load(text + tl.load(begins + document, mask=inside, other=0) + position, mask=inside, other=0)
    own = number(tl.load(key), tl.load(doc_indices + document, mask=inside, other=0))
    bits = number(own, position * stride)
    chance = tl.load(keep + word, mask=inside, other=0).to(tl.uint32, bitcast=True)
    tl.store(stays + at, (chance >= (bits >> 32).to(tl.uint32)).to(tl.int8), mask=inside)
    tl.store(matrix_rows + at, word, mask=inside)
    tl.store(reaches + at, window - (((bits & 0xFFFFFFFF) * window) >> 32).to(tl.int32), mask=inside)
    tl.store(positions + at, position.to(tl.int32), mask=inside)


def keep_words(
    text: torch.Tensor,  # int32 [tokens], matrix rows, on the GPU
    offsets: np.ndarray,  # int64 [all documents + 1]
    documents: np.ndarray,  # int64 [documents], the chosen ones
    doc_indices: np.ndarray,  # int64 [documents], of these
    draws: GpuDraws,
    *,
    window: int,
    stride: int,  # counters of a position
) -> Kept:
    """The words of some documents that subsampling keeps."""
    device, lengths = text.device, offsets[documents + 1] - offsets[documents]
    size, of_documents = int(lengths.sum()), np.stack([lengths, offsets[documents], doc_indices])
    lengths_on_gpu, begins, doc_indices_on_gpu = torch.from_numpy(of_documents).to(device)
    starts = torch.nn.functional.pad(lengths_on_gpu.cumsum(0), (1, 0))
    owners = torch.repeat_interleave(torch.arange(len(documents), device=device), lengths_on_gpu, output_size=size)
    stays = torch.empty(size, dtype=torch.int8, device=device)
    of_tokens = [torch.empty(size, dtype=torch.int32, device=device) for _ in range(3)]
    if size:
        _keep[(triton.cdiv(size, _BLOCK),)](
            text, owners, starts, begins, doc_indices_on_gpu, draws.key, draws.keep, stays, *of_tokens, size, window, stride,
            BLOCK=_BLOCK,
        )  # fmt: skip
    kept = stays.nonzero().squeeze(1)
    before = torch.nn.functional.pad(stays.cumsum(0), (1, 0))
    return Kept(*(values[kept] for values in of_tokens), before[starts], doc_indices_on_gpu)
