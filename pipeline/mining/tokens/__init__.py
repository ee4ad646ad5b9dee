"""Text to words, and words counted.

segmenter          by the lattice of a mined lexicon
tokenizers         the three ways that [segment] may name
breaks             where no term goes on: line ends, and white space between Han characters
jieba_dictionary   which words are known
token_counts       how often each word occurs in each role
word_sequences     documents as word ids, for the trainers
"""
