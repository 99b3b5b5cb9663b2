"""Reports of ads: what was shown, what came of it and what it cost, read from the log and the orders. `AdReports` is asked."""
