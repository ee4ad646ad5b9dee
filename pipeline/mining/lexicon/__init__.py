"""Which n-grams are words: the table `lexicon`.

lexicon_candidates   n-grams that may be words
discovery            the recipe: rounds of expected counts, and what each drops
substitution         whether its neighbours ask for a word of two symbols, or for the symbols
best_splits          what a word saves against its own parts
lexicon_tasks        the rounds as functions from Arrow batches to Arrow batches
cut_counts           what the best cut makes of words, in either role
word_roles           whose word it is, the domain's or general text's
lexicon_table        words, the best first
example_clauses      a clause that shows each
word_strength        what discovery makes of one string, worked out again
"""
