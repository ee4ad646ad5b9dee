"""wajue (挖掘, to mine): new words, domain terms and vectors from raw Chinese text, without labels.

Reading order: dag.py (the whole pipeline on one screen), schemas.py (every table), config.py (every knob), run.py (what
walks the steps); then stages/ for a step's Spark part and the pure module that holds its idea: text.py, ngrams.py,
lattice.py, discovery.py, termhood.py; then models/ for the trainers.
"""
