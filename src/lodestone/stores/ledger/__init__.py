"""Accounts and transfers: the port and its SQL, in the transaction of whoever moves money."""
