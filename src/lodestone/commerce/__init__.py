"""Rules of trade without IO: lives of orders and payments, stock, prices, vouchers, and the reasons of a refusal in their order."""
