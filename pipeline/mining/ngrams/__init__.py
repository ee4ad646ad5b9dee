"""Exact n-gram counts, branching entropies and PMI, n = 1..8.

    windows     each position with its neighbours, to the bucket of its symbol
    contexts    the positions of one symbol, sorted by what follows
    counting    one walk over the sorted positions: counts and entropies
    keys        n-grams as 128-bit keys
    pmi         pointwise mutual information, from the counts of the parts
    tasks       all of it, from Arrow batches to Arrow batches

The three steps share nothing but arrays, so that they can run on different machines.
"""
