"""Text to words, and words counted.

segmenter          by the lattice of a mined lexicon
tokenizers         the three ways that [segment] may name
jieba_dictionary   which words are known
token_counts       how often each word occurs in each role
word_sequences     documents as word ids, for the trainers
"""
