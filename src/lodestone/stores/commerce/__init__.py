"""Shops, products, stock, orders and vouchers: the port (`port`), the unit of work of one commit (`unit_of_work`, a repository for each thing), and their SQL."""
