"""What every SQL adapter shares: the engine, transactions with their tenant, columns, notes for the audit log, encryption under a person's key, errors, the threads that ask."""
