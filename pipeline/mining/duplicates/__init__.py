"""Near-duplicates: which documents resemble each other, and which of them stays.

elements      a text as code points, or as hashed words
hashes        the text and the folded text, hashed: what is equal
equal_texts   copies of one text, and texts that are equal when folded
shingles      sets of shingles, and their Jaccard similarity
signatures    MinHash: banding, band keys, sketches
pairs         the pairs of texts that share a band
signing       documents with all of these, as the table signatures keeps them
sharing       which of many earlier documents have anything in common with a few
packed        arrays as they travel between tasks
matching, comparing, choosing    the search in three parts, from Arrow batches to Arrow batches
search        the whole of it: begin there
"""
