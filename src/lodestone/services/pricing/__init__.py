"""What is derived at price steps: trending, quotas, graduation, prices, an operator's own promises."""
