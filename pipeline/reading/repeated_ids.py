"""Ids that occur more than once, with different texts. In: the ids and texts of many documents, a batch at a time. Out: the keys
of such ids.

An id and its text are hashed to 64 bits each, so a document takes 16 bytes; a few of the ids that come out may not clash after all.
"""

import numpy as np
import pyarrow as pa

from wajue.arrays.strings import string_bytes, string_hashes

DIGITS = 16  # hexadecimal digits of an id that are its key, 64 bits


def pairs(ids: pa.StringArray, texts: pa.StringArray) -> np.ndarray:
    """uint64 [documents, 2]: the key of each id and a hash of its text. ids: in hexadecimal, all of one length."""
    out = np.empty((len(ids), 2), np.uint64)
    if not len(ids):
        return out
    digits, ends = string_bytes(ids)
    keys = digits[ends[0] : ends[-1]].reshape(len(ids), -1)[:, :DIGITS].tobytes()
    out[:, 0] = np.frombuffer(bytes.fromhex(keys.decode()), ">u8")
    out[:, 1] = string_hashes(texts)
    return out


def clashing(documents: np.ndarray) -> list[str]:
    """The keys, sorted, of ids that occur with different texts. documents: uint64 [n, 2], the pairs of `pairs`."""
    ids = np.sort(documents[:, 0])
    if not (ids[1:] == ids[:-1]).any():  # as it should be; this sort takes a fifth of the time of the one below
        return []
    order = np.argsort(documents[:, 0])
    ids, texts = documents[order].T
    differs = (ids[1:] == ids[:-1]) & (texts[1:] != texts[:-1])
    return [f"{i:0{DIGITS}x}" for i in np.unique(ids[1:][differs]).tolist()]
