"""The draws of pipeline/models/cpu/random.py on a card: the same numbers of the same counters."""

from typing import NamedTuple

import numpy as np
import torch
import triton
import triton.language as tl

from wajue.models.sampling import Draws, noise_shares

_BLOCK = 1024  # words a program of a kernel that is a single pass over the text


class CardDraws(NamedTuple):
    """wajue.models.sampling.Draws on a card, unsigned numbers as the signed ones of the same bits.

    key int64 [1]; keep, threshold, alias int32 [words]; share float32 [words], how often each word is drawn as noise.
    """

    key: torch.Tensor
    keep: torch.Tensor
    threshold: torch.Tensor
    alias: torch.Tensor
    share: torch.Tensor


class Kept(NamedTuple):
    """What subsampling leaves of some documents, one after the other.

    words, reaches, places int32 [kept]: the word, how far its window reaches, where it stood in its document;
    starts int64 [documents + 1]; rows int64 [documents], their numbers in the corpus, of which their keys are made.
    """

    words: torch.Tensor
    reaches: torch.Tensor
    places: torch.Tensor
    starts: torch.Tensor
    rows: torch.Tensor


def on_card(draws: Draws, device: torch.device) -> CardDraws:
    """Draws, copied to a card."""
    key = torch.tensor([np.uint64(draws.key).astype(np.int64)], device=device)
    tables = [torch.from_numpy(a.view(np.int32)).to(device) for a in (draws.keep, draws.threshold, draws.alias)]
    share = torch.from_numpy(noise_shares(draws.threshold, draws.alias).astype(np.float32))
    return CardDraws(key, *tables, share.to(device))


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
def draw(bits, threshold, alias, words, mask):
    """A word id by the alias table."""
    column = (((bits >> 32) * words) >> 32).to(tl.int64)
    side = tl.load(threshold + column, mask=mask, other=0).to(tl.uint32, bitcast=True)
    other = tl.load(alias + column, mask=mask, other=0)
    return tl.where((bits & 0xFFFFFFFF).to(tl.uint32) > side, other, column.to(tl.int32))


@triton.jit(do_not_specialize=["size", "window", "stride"])
def _keep(
    ids, documents, starts, begins, rows, key, keep, stays, words, reaches, places, size, window, stride, BLOCK: tl.constexpr
):
    """For each word of some documents: is it kept, its id, the reach of its window, its place in the document."""
    at = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    inside = at < size
    document = tl.load(documents + at, mask=inside, other=0)
    place = at - tl.load(starts + document, mask=inside, other=0)
    word = tl.load(ids + tl.load(begins + document, mask=inside, other=0) + place, mask=inside, other=0)
    own = number(tl.load(key), tl.load(rows + document, mask=inside, other=0))
    bits = number(own, place * stride)
    chance = tl.load(keep + word, mask=inside, other=0).to(tl.uint32, bitcast=True)
    tl.store(stays + at, (chance >= (bits >> 32).to(tl.uint32)).to(tl.int8), mask=inside)
    tl.store(words + at, word, mask=inside)
    tl.store(reaches + at, window - (((bits & 0xFFFFFFFF) * window) >> 32).to(tl.int32), mask=inside)
    tl.store(places + at, place.to(tl.int32), mask=inside)


def keep_words(
    ids: torch.Tensor, offsets: np.ndarray, documents: np.ndarray, rows: np.ndarray, draws: CardDraws, *, window: int, stride: int
) -> Kept:
    """The words of some documents that subsampling keeps. stride: counters of a position.

    ids int32 [tokens] on the card; offsets int64 of all documents, documents int64 the chosen ones, rows int64 their numbers.
    """
    device, lengths = ids.device, offsets[documents + 1] - offsets[documents]
    size, host = int(lengths.sum()), np.stack([lengths, offsets[documents], rows])
    lengths_there, begins, numbers = torch.from_numpy(host).to(device)
    starts = torch.nn.functional.pad(lengths_there.cumsum(0), (1, 0))
    owner = torch.repeat_interleave(torch.arange(len(documents), device=device), lengths_there, output_size=size)
    stays = torch.empty(size, dtype=torch.int8, device=device)
    found = [torch.empty(size, dtype=torch.int32, device=device) for _ in range(3)]
    if size:
        grid = (triton.cdiv(size, _BLOCK),)
        _keep[grid](
            ids, owner, starts, begins, numbers, draws.key, draws.keep, stays, *found, size, window, stride, BLOCK=_BLOCK
        )  # fmt: skip
    kept = stays.nonzero().squeeze(1)
    before = torch.nn.functional.pad(stays.cumsum(0), (1, 0))
    return Kept(*(f[kept] for f in found), before[starts], numbers)
