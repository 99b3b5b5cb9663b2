"""The town's advertisers: who they are in truth, what they ask of the engine, rivals' clickers, and the count of it all."""
