"""Proofs that ledger, commerce and log agree, with every difference named."""
