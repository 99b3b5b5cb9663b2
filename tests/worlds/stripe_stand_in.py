"""Stripe's interface, as far as transfers between accounts go, as its published reference has it; it moves nothing.

What is kept: form-encoded requests under a secret key; a transfer needs a known destination and enough balance; a key of
idempotency gives the first answer again, whatever it was, and refuses other parameters; transfers are listed by their
group; reversals add up and never pass the transfer; every change makes an event, whose body is what the object was then.
"""

import json
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import stripe

KEY = "sk_test_standin0"
SECRET = "whsec_standin00"
SETTINGS = {
    "LODESTONE_STRIPE_KEY": KEY,
    "LODESTONE_STRIPE_WEBHOOK_SECRETS": SECRET,
    "LODESTONE_STRIPE_API": "http://127.0.0.1:9",
}
"""Settings under which there is a provider by Stripe, at an address where nobody answers."""
LOST_BEFORE, LOST_AFTER = "lost before", "lost after"
"""The connection breaks before anything is done, or after it was."""


class RefusedError(Exception):
    def __init__(self, status, code, kind="invalid_request_error"):
        super().__init__(code)
        self.status, self.body = status, {"error": {"type": kind, "message": f"no: {code}"}}
        if code:
            self.body["error"]["code"] = code


class StripeStandIn:
    """A server on this machine; `with` starts and ends it."""

    def __init__(self, balance=10**12):
        self.balance, self.accounts = balance, {"acct_a", "acct_b", "acct_c"}
        self.transfers, self.events, self.keys = {}, [], {}
        self.faults = deque()
        """What befalls the next requests to make a transfer: `LOST_...`, or (status, code, type)."""
        self.requests = []
        self.lock = threading.Lock()

    def __enter__(self):
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                stand_in.answer(self, "GET", b"")

            def do_POST(self):
                stand_in.answer(self, "POST", self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}
        )
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def api(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, handler, method, body):
        split = urlsplit(handler.path)
        fault = self.faults.popleft() if method == "POST" and self.faults else None
        if fault == LOST_BEFORE:
            return self.hang_up(handler)
        try:
            self.let_in(handler.headers["Authorization"], fault)
            with self.lock:
                self.requests.append((method, split.path))
                given = {
                    name: values[0]
                    for name, values in parse_qs(body.decode() or split.query).items()
                }
                status, told = self.serve(
                    method, split.path, given, handler.headers["Idempotency-Key"]
                )
        except RefusedError as refused:
            status, told = refused.status, refused.body
        if fault == LOST_AFTER:
            return self.hang_up(handler)
        written = json.dumps(told).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(written)))
        handler.send_header("Request-Id", f"req_{len(self.requests)}")
        handler.end_headers()
        handler.wfile.write(written)
        return None

    def let_in(self, key, fault):
        if key != f"Bearer {KEY}":
            raise RefusedError(401, "")
        if isinstance(fault, tuple):
            raise RefusedError(*fault)

    def hang_up(self, handler):
        handler.close_connection = True
        handler.connection.shutdown(2)

    def serve(self, method, path, given, key):
        if (method, path) == ("GET", "/v1/transfers"):
            found = [
                one
                for one in self.transfers.values()
                if one["transfer_group"] == given["transfer_group"]
            ]
            return 200, {"object": "list", "url": path, "has_more": False, "data": found}
        if (method, path) != ("POST", "/v1/transfers"):
            raise RefusedError(404, "")
        known = self.keys.get(key)
        if known is not None and known[0] != given:
            raise RefusedError(400, "", "idempotency_error")
        if known is None:
            try:
                told = (200, self.made(given))
            except RefusedError as refused:
                told = (refused.status, refused.body)
            known = self.keys[key] = (given, told)
        return known[1]

    def made(self, given):
        amount = int(given["amount"])
        if given["destination"] not in self.accounts:
            raise RefusedError(400, "resource_missing")
        if amount <= 0:
            raise RefusedError(400, "parameter_invalid_integer")
        if amount > self.balance:
            raise RefusedError(400, "balance_insufficient")
        assert given["currency"] == given["currency"].lower()
        self.balance -= amount
        transfer = {
            "id": f"tr_{len(self.transfers)}", "object": "transfer", "amount": amount, "amount_reversed": 0,
            "currency": given["currency"], "destination": given["destination"], "reversed": False,
            "transfer_group": given.get("transfer_group"), "metadata": {}, "livemode": False, "created": 1,
            "reversals": {"object": "list", "data": [], "has_more": False, "url": "/v1/transfers/x/reversals"},
        }  # fmt: skip
        self.transfers[transfer["id"]] = transfer
        self.happened("transfer.created", transfer)
        return dict(transfer)

    def take_back(self, name, amount):
        """Reverse a part of a transfer, as somebody does at Stripe's own pages."""
        transfer = self.transfers[name]
        amount = min(amount, transfer["amount"] - transfer["amount_reversed"])
        transfer["amount_reversed"] += amount
        transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
        self.balance += amount
        self.happened("transfer.reversed", transfer)

    def forget_keys(self):
        """Let a day pass, after which Stripe knows no key any more."""
        self.keys.clear()

    def happened(self, kind, told, **more):
        event = {
            "id": f"evt_{len(self.events)}", "object": "event", "type": kind, "api_version": "x", "created": 1,
            "data": {"object": dict(told)}, "livemode": False, "pending_webhooks": 1, "request": None, **more,
        }  # fmt: skip
        self.events.append(json.dumps(event))

    def net(self, account):
        """Return what an account has got and not given back."""
        theirs = [one for one in self.transfers.values() if one["destination"] == account]
        return sum(one["amount"] - one["amount_reversed"] for one in theirs)


def signed(body, secret=SECRET, at=None):
    """Sign an event as Stripe does, by its own library; return body and headers."""
    header = stripe.WebhookSignature.generate_signature_header(body, secret, at)
    return body.encode(), {"stripe-signature": header}
