"""What HTTP itself asks of every answer and request, whatever the route: headers, bodies, ranges, keys of
idempotency, connections.

Others use `Answer`, `Bodies` and `Idempotency` (the door), `media_answer` and `Documents` (routes), and `Connections` (the
server that bootstrap starts).
"""
