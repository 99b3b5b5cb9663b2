"""What every SQL adapter shares: transactions with their tenant, columns, encryption under a person's key, errors, the threads that ask."""
