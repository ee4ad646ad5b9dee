"""Review: people decide of terms and new words, and each answer moves the list.

listing    what is reviewed: a ranked list from the tables, with what is known of each word
answers    a list under review: answers, undo, filters, and what they taught
server     the local page's server: loopback, a token, same origin alone
page       the page itself, with a server behind it or without
merging    two files of verdicts: agreement, conflicts, one file
judging    a model as a reviewer of its own: what it is asked, and what becomes of its answers
chat       the server that runs the model: the only thing that is sent anywhere
"""
