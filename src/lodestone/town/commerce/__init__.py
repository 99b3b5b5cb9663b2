"""The town's shops and buyers: products, sales, orders and what becomes of them."""
