"""Which n-grams are words: the table `lexicon`.

lexicon_candidates   n-grams that may be words
discovery            the recipe: rounds of expected counts, and what each drops
best_splits          what a word saves against its own parts
lexicon_tasks        the rounds as functions from Arrow batches to Arrow batches
lexicon_table        words, the best first
example_clauses      a clause that shows each
"""
