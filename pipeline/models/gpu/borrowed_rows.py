"""Rows that a program of JoSE's kernel reads and moves: in the matrices, and those it has borrowed, in its own memory.

A program borrows a word's row as long as windows may reach the word. The position p of a stretch has the slot p % BORROWED,
BORROWED being two windows and one, so the slot is left by the position that goes out of reach. A word that stands in reach several
times has one copy, in the slot of the last of these positions.
"""

import triton
import triton.language as tl


@triton.jit
def load_row(matrix, row, column, WIDTH: tl.constexpr):
    """A row, past L1, which would go on showing it as it was before other programs wrote it."""
    return tl.load(matrix + row.to(tl.int64) * WIDTH + column, mask=column < WIDTH, other=0.0, cache_modifier=".cg")


@triton.jit
def by_length(vector):
    """(a vector at length 1, its length)."""
    square = tl.maximum(tl.sum(vector * vector), 1e-24)
    shrunk = tl.rsqrt(square)
    return vector * shrunk, square * shrunk


@triton.jit
def to_unit(vector):
    """A vector at length 1."""
    unit, _ = by_length(vector)
    return unit


@triton.jit
def move_row(
    matrix,  # float32 [rows, WIDTH], updated
    row,
    column,
    before,  # the direction of the row, float32 [COLUMNS]
    after,  # the direction to move it to
    length,  # of the row
    WIDTH: tl.constexpr,
    BACK: tl.constexpr,
):
    """Add to a row of this length what leads from one direction to another."""
    gain = (after - before) * tl.minimum(length, 1.0) + after * (tl.maximum(1.0 - length, 0.0) * BACK)
    tl.atomic_add(matrix + row.to(tl.int64) * WIDTH + column, gain, mask=column < WIDTH, sem="relaxed")


@triton.jit
def copy_in(copies, slot, WIDTH: tl.constexpr):
    """Where in a program's own memory the copy in a slot is; the row as it was borrowed stands behind it."""
    return copies + slot * (2 * WIDTH)


@triton.jit
def load_copy(at, column, WIDTH: tl.constexpr):
    """A row in a program's own memory."""
    return tl.load(at + column, mask=column < WIDTH, other=0.0)


@triton.jit
def store_copy(at, column, row, WIDTH: tl.constexpr):
    """Write a row in a program's own memory; all its threads see it."""
    tl.store(at + column, row, mask=column < WIDTH)
    tl.debug_barrier()


@triton.jit
def _pick(values, lane, wanted):
    """The value of one lane."""
    return tl.sum(tl.where(lane == wanted, values, 0))


@triton.jit
def give_back(word_vectors, word, at, column, WIDTH: tl.constexpr, BACK: tl.constexpr):
    """Add to a row what became of it since it was borrowed. at: where its copy is."""
    after, before = to_unit(load_copy(at, column, WIDTH)), load_copy(at + WIDTH, column, WIDTH)
    _, length = by_length(load_row(word_vectors, word, column, WIDTH))
    move_row(word_vectors, word, column, before, after, length, WIDTH, BACK)


@triton.jit
def borrow(
    stretch,  # int32 [kept], the word at each position
    position,  # the one that comes into reach
    low,  # where the stretch begins
    word_vectors,  # float32 [vocabulary, WIDTH], updated
    copies,  # float32 [BORROWED, 2, WIDTH], this program's; updated
    around,  # int32 [LANES], the word at the position of each slot
    copy_slot,  # int32 [LANES], the slot that has the copy of that word
    lane,
    column,
    WIDTH: tl.constexpr,
    BACK: tl.constexpr,
    BORROWED: tl.constexpr,
):
    """Borrow the row of the word that comes into reach, and give back that of the word that goes out of it.

    If the word stands in reach already, its copy moves. Returns (around, copy_slot) as they are now.
    """
    slot = (position - low) % BORROWED
    at = copy_in(copies, slot, WIDTH)
    if position - BORROWED >= low and _pick(copy_slot, lane, slot) == slot:
        give_back(word_vectors, _pick(around, lane, slot), at, column, WIDTH, BACK)
    word = tl.load(stretch + position)
    same = (around == word) & (lane != slot)
    source = tl.max(tl.where(same, copy_slot, -1))
    if source >= 0:
        earlier = copy_in(copies, source, WIDTH)
        store_copy(at, column, load_copy(earlier, column, WIDTH), WIDTH)
        store_copy(at + WIDTH, column, load_copy(earlier + WIDTH, column, WIDTH), WIDTH)
    else:
        u = to_unit(load_row(word_vectors, word, column, WIDTH))
        store_copy(at, column, u, WIDTH)
        store_copy(at + WIDTH, column, u, WIDTH)
    return tl.where(lane == slot, word, around), tl.where(same | (lane == slot), slot, copy_slot)


@triton.jit
def give_all_back(
    stretch,  # these as borrow takes them
    low,
    high,  # where the stretch ends
    word_vectors,
    copies,
    copy_slot,
    lane,
    column,
    WIDTH: tl.constexpr,
    BACK: tl.constexpr,
    BORROWED: tl.constexpr,
):
    """At the end of a stretch: give back every row that is still borrowed."""
    for last in range(tl.maximum(low, high - BORROWED), high):
        slot = (last - low) % BORROWED
        if _pick(copy_slot, lane, slot) == slot:
            give_back(word_vectors, tl.load(stretch + last), copy_in(copies, slot, WIDTH), column, WIDTH, BACK)


@triton.jit
def note_noise(
    drawn,  # int32 [SLOTS], matrix rows
    around,  # int32 [LANES], as borrow has them
    copy_slot,  # int32 [LANES]
    noted,  # int32 [SLOTS + 2 LANES], this program's; written
    slot,
    lane,
    BORROWED: tl.constexpr,
    SLOTS: tl.constexpr,
    LANES: tl.constexpr,
    FROZEN: tl.constexpr,
):
    """Write the noise words of a position, -1 - slot for one that is borrowed; behind them copy_slot and around."""
    noises = drawn
    if not FROZEN:
        tl.store(noted + SLOTS + lane, copy_slot)
        tl.store(noted + SLOTS + LANES + lane, around)
        tl.debug_barrier()
        for p in range(BORROWED):
            copy, word = tl.load(noted + SLOTS + p), tl.load(noted + SLOTS + LANES + p)
            noises = tl.where(drawn == word, -1 - copy, noises)
    tl.store(noted + slot, noises)
    tl.debug_barrier()
