"""Two spellings of one word, and slips among them.

spelling_pairs    which words are written nearly alike, and which others a slip may stand for
character_shapes  which characters look alike
neighbour_counts  what stands beside them
shared_contexts   whether they stand beside the same words
"""
