"""Predictions: chances of each outcome from rates, likeness and item lists; compiled kernels with a plain twin beside each."""
