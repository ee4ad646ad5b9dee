"""What the search for near-duplicates is told, by the config and by the size of the corpus."""

from dataclasses import dataclass

from wajue.mining.duplicates.shingles import MOST_PACKED, Shingling

RECORD_BITS = 40  # of a document's position: the number of its record in the file


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
