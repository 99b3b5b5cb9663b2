"""The log of facts and receipts: a chain of digests, one writer thread, readers, and the adapter in memory."""
