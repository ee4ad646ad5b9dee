"""Text as arrays of 16-bit symbols.

symbols      texts to symbol codes, a code and the bytes it covers
alphabet     which pseudo-characters have a code of their own
clauses      runs of symbols between breaks, the units of discovery
word_table   words by the hash of their symbols, for compiled code
listed       the strings of a text that stand in such a table
"""
