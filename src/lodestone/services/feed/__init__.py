"""One decision from the request to the answer: hydrate, sources, pipeline, response, cursor."""
