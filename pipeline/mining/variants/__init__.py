"""Two spellings of one word, and slips among them.

spelling_pairs    which words are written nearly alike
shared_contexts   whether they stand beside the same words
"""
