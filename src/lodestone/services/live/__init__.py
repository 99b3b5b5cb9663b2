"""Live rooms: opened by the app, moved by the streaming server and by time."""
