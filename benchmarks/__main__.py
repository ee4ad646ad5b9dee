"""python -m benchmarks [NAME ...]: those named, or all of EVERY."""

import sys

from benchmarks import (
    cleaning,
    closed_track,
    counting,
    dedup,
    dictionaries,
    discovery,
    engines,
    ingest,
    jose,
    neologisms,
    panel,
    segmentation,
    sgns,
    terms,
    topics,
)
from benchmarks.common import hardware

EVERY = {
    "ingest": ingest.main,
    "cleaning": cleaning.main,
    "dedup": dedup.main,
    "counting": counting.main,
    "discovery": discovery.main,
    "segmentation": segmentation.main,
    "closed_track": closed_track.main,
    "sgns": sgns.main,
    "jose": jose.main,
    "terms": terms.main,
    "panel": panel.main,
    "neologisms": neologisms.main,
    "dictionaries": dictionaries.main,
    "topics": topics.main,
    "engines": engines.main,
}

print(hardware())
for name in sys.argv[1:] or EVERY:
    if name not in EVERY:
        sys.exit(f"no benchmark {name!r}; there are {', '.join(EVERY)}")
    EVERY[name]()
