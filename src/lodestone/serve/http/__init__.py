"""What HTTP itself asks of every answer and request, whatever the route: paths, headers, bodies, ranges, connections.

Others use `Answer`, `Bodies` and `Idempotency` (the door), `media_answer` (routes), and
`Connections` (the server that bootstrap starts).
"""
