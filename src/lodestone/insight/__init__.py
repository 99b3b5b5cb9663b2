"""Reports and evaluation, read from the log alone: retained audience, flow, exposure, traces, offline judgement of predictions and of top-n lists."""
