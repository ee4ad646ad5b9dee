"""How a word is used.

surroundings     what stands beside it: collocates, frames
good_examples    sentences that show it
"""
