"""The ideas, as functions of arrays: no Spark, no files. By what they are for:

symbols, alphabet, clauses          text as 16-bit symbols, and its clauses
word_table                          words by the hash of their symbols
duplicates/                         texts that resemble each other
ngrams/                             n-grams, branching entropies, PMI
lattice, forward_backward, viterbi  every way to cut a clause: weights, expected counts, the best cut
discovery, best_splits              which n-grams are words
lexicon_candidates, lexicon_tasks, lexicon_table, example_clauses    the table `lexicon`
segmenter, tokenizers, jieba_dictionary    text to words
token_counts, word_sequences        words counted, documents as word ids
measures, termhood, form_rules      scores of terms, and what bars a candidate
term_occurrences, candidate_table   the table `candidates`
seed_expansion, term_table, term_dates, example_sentences    the table `terms`
dates, period_counts, timeline, trend_table    words over time
"""
