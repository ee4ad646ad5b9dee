"""What the search for near-duplicates is told, by the config and by the size of the corpus."""

import math
from dataclasses import dataclass, replace

from wajue.arrays.cells import MOST_BUCKETS
from wajue.mining.duplicates.shingles import MOST_PACKED, Shingling

RECORD_BITS = 40  # of a document's position: the number of its record in the file
_BUCKET_BYTES, _BUCKET_DOCUMENTS = 100 << 20, 1_500_000  # of text and of documents in a task, which holds them in memory
# bytes of memory for a document, a band and a byte of text, where one task holds all; Latin text that all repeats takes 20 a byte
_OF_DOCUMENT, _OF_BAND, _OF_BYTE = 250, 20, 12


@dataclass(frozen=True)
class Settings:
    """What is searched for. Documents whose position is before first_droppable are never dropped.

    near: False looks for equal texts only; of_words: shingles are of words, not of characters; the rest is as in [dedup].
    """

    threshold: float
    shingle_size: int
    bands: int
    rows_per_band: int
    max_bucket: int
    buckets: int
    first_droppable: int = 0
    near: bool = True
    of_words: bool = False

    @property
    def shingling(self) -> Shingling:
        """How shingles are made."""
        return Shingling(self.shingle_size, not self.of_words and self.shingle_size <= MOST_PACKED)

    @property
    def one_bucket(self) -> bool:
        """Does one bucket hold everything?"""
        return self.buckets == 1

    def sized(self, documents: int, size: int, *, memory: int, earlier_files: int) -> "Settings":
        """The same for so many documents, whose texts have `size` bytes. memory: bytes, within which one task may hold all of them;
        earlier_files: of earlier workspaces, before ours.

        What is not sent from task to task costs a quarter less: ten million questions 40 CPU s instead of 52.
        """
        buckets = math.ceil(max(size / _BUCKET_BYTES, documents / _BUCKET_DOCUMENTS))
        if (_OF_DOCUMENT + _OF_BAND * self.bands) * documents + _OF_BYTE * size <= memory:
            buckets = 1
        return replace(self, buckets=min(max(1, buckets), MOST_BUCKETS), first_droppable=earlier_files << RECORD_BITS)
