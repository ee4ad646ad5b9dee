import numpy as np
import pyarrow as pa

from wajue.mining.duplicates.elements import code_points
from wajue.mining.duplicates.shingles import Shingling
from wajue.mining.duplicates.signatures import banding, most_differences, signatures


def test_a_pair_at_the_threshold_is_found_in_99_of_100() -> None:
    assert banding(0.8) == (9, 4)  # 1 - (1 - 0.8^4)^9 = 0.991
    for threshold in (0.3, 0.5, 0.7, 0.9, 0.95, 1.0):
        bands, rows_per_band = banding(threshold)
        assert 1 - (1 - threshold**rows_per_band) ** bands >= 0.99


def test_signatures_agree_as_often_as_the_texts_are_alike() -> None:
    rng = np.random.default_rng(1)
    base = rng.integers(0x4E00, 0x5E00, (300, 90))  # too long for a bitmap
    other = base.copy()
    other[:, ::10] = rng.integers(0x5E00, 0x6E00, (300, 9))  # of 89 bigrams 17 change: 72 / 106 = 0.679
    texts = pa.array(["".join(map(chr, t)) for t in np.concatenate((base, other))])
    keys, sketches = signatures(code_points(texts), Shingling(2, packed=True), bands=40, rows_per_band=1)
    assert abs((keys[:300] == keys[300:]).mean() - 0.679) < 0.02
    differing = [int(a[0] ^ b[0] | a[1] ^ b[1]).bit_count() for a, b in zip(sketches.T[:300], sketches.T[300:], strict=True)]
    assert abs(1 - np.mean(differing) / 32 - (0.679 + (1 - 0.679) / 4)) < 0.02
    assert np.mean(np.array(differing) <= most_differences(0.679, 2)) > 0.98
