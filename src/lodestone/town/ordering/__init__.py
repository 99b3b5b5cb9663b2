"""The town's orders from creators: who orders and who makes in truth, what they ask of the engine, and the count of it all."""
