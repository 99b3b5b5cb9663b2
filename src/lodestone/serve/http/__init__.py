"""What HTTP itself asks of every answer and request, whatever the route: headers, bodies, ranges, connections.

Others use `Answer` and `Bodies` (the door), `media_answer` and `Documents` (routes), and `Connections` (the
server that bootstrap starts).
"""
