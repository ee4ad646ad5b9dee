"""Every way to cut a clause into words.

weights            what an arc weighs: a word, a symbol, a string that the lexicon lacks
forward_backward   how often each word is expected, over all cuts
viterbi            the best cut
"""
