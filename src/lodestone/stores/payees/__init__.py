"""Where payees have themselves paid: their accounts at providers, in the records' own database."""
