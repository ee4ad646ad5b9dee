"""What a corpus is about: documents around centroids on the sphere, and what names them.

embedding        documents as vectors
latent           words as directions in which documents differ
clustering       spherical k-means, and clusters joined
choosing         how many topics there are
model            topics as centroids, and the topic of any document
phrases          which documents hold which words and terms
labels           what a topic has more of than the others, and what lies near its centroid
topic_table      `topics`
document_table   `document_topics`
spread           `topic_trends`: topics in periods, corpora and tags
"""
