"""The search for near-duplicates as functions from Arrow batches to Arrow batches, for any engine that can shuffle.

    texts --scatter--> entries --match--> matches --attach--> candidates --verify--> edges --decide--> verdicts
          '---- matching.py ----------'          '---- comparing.py ------------'          '- choosing.py

Each arrow but the first follows a shuffle by `bucket`. Where one bucket holds all texts, `in_one_task` does everything in one
task, without a shuffle, and compares texts with kept ones alone (leading.py). Arrays travel as `packed` has them; a function
passes on the kinds of rows that it has no use for.

A *position* is a document's 64-bit number in the order of preference: its file's number and, in the low bits, that of its record
in the file. Of several documents that resemble each other the one with the least position stays. A *node* is a distinct text: the
first 32 bits of its sketch, 16 of the hash of the text, and 16 of the hash of the folded text. The last choose its bucket, so that
all texts that are equal when folded meet in one. Only hashes go to the buckets of the bands; a text goes to its own bucket, and
once to that of every text which it may resemble.

Documents of earlier runs come first, and nothing is decided of them. Of those that were dropped then, two things count: they are
members of their buckets, and a copy of one goes where it went.

The bytes moved decide the cost: some 260 a short question from scatter to match, 70 from there on, and 60 for each bucket of
candidates.
"""

from collections.abc import Callable

from wajue.arrays.cells import Batches, keeping_freed
from wajue.mining.duplicates.choosing import decide
from wajue.mining.duplicates.comparing import attach, verify
from wajue.mining.duplicates.matching import match, scatter
from wajue.mining.duplicates.settings import Settings

PASSES = (match, attach, verify)  # between `scatter` and `choosing.decide`, each after a shuffle, where there are several buckets


def in_one_task(settings: Settings) -> Callable[[Batches], Batches]:
    """The search by one task, which has all documents: positions.COMPARED_HERE -> choosing.VERDICTS."""

    @keeping_freed
    def apply(batches: Batches) -> Batches:
        return decide(settings.first_droppable)(match(settings)(scatter(settings)(batches)))

    return apply
