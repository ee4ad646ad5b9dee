from wajue.mining.duplicates.settings import Settings
from wajue.mining.duplicates.shingles import Shingling


def test_only_short_shingles_of_characters_are_packed() -> None:
    def shingling(size: int, of_words: bool) -> Shingling:
        return Settings(0.8, size, bands=9, rows_per_band=4, max_bucket=10, buckets=1, of_words=of_words).shingling

    assert shingling(3, False) == (3, True)  # 3 * 21 bits
    assert shingling(4, False) == (4, False) and shingling(2, True) == (2, False)
