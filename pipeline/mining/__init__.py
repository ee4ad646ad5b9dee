"""The ideas, as functions of arrays: no Spark, no files.

text         text as 16-bit symbols
duplicates   texts that resemble each other
ngrams       n-grams, branching entropies, PMI
lattice      every way to cut a clause: weights, expected counts, the best cut
lexicon      which n-grams are words
tokens       text to words, and words counted
terms        what sets a domain apart
topics       what documents are about
trends       words over time
usage        how a word is used: collocates, frames, good examples
"""
