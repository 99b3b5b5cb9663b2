"""One decision without IO: sources, filters, dual prices, the slate and its receipt; compiled kernels with a plain twin beside each."""
