"""Shops, products, stock, orders and vouchers: the port (`port`), the unit of work of one commit, and their SQL."""
