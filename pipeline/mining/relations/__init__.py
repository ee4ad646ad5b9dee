"""Relations between terms, from what documents say of them and from how they are written."""
