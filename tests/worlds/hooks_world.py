"""What the tests of webhooks share: an app's own server on a loopback socket, which may be told to fail."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec


class Receiver:
    """Keeps every request in the order it came; answers what it is told to, 200 by default."""

    def __init__(self):
        self.requests, self.answers, self.effects = [], [], {}
        self.lock = threading.Lock()

    def take(self, headers, body):
        with self.lock:
            told = msgspec.json.decode(body)
            status = self.answers.pop(0) if self.answers else 200
            self.requests.append((dict(headers), body, told, status))
            if status == 200:
                # What an app should do: one effect for each delivery, however often it comes.
                self.effects.setdefault(headers["Lodestone-Delivery"], told["type"])
            return status

    @property
    def told(self):
        return [(told["type"], status) for _, _, told, status in self.requests]


@contextmanager
def receiving(port=0):
    """Listen on this machine; yields (receiver, url)."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = receiver.take(self.headers, body)
            self.send_response(status)
            if status == 302:
                self.send_header("Location", f"http://127.0.0.1:{server.server_port}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

    server = Server(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver, f"http://127.0.0.1:{server.server_port}/hook?from=lodestone"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
