"""nginx and Caddy before a server, with the configurations of docs/deploy.md as they stand there, names and ports apart."""

import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from tests.docs.blocks import FENCE, ROOT

HOST = "localhost"
PATIENCE_SECONDS = 20
NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr warn;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    {servers}
}}
"""


def documented(language):
    """Return the configurations of the deployment page in a proxy's language, in order: root of a host, prefix."""
    page = (ROOT / "docs" / "deploy.md").read_text()
    return [block[2] for block in FENCE.finditer(page) if block[1] == language]


def free_port():
    """Return a port that nobody listens on."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return bound.getsockname()[1]


@contextmanager
def nginx(folder, backend, *, prefix):
    """Run nginx before a server's address; gives the address at which it shows that server."""
    root, under_prefix = documented("nginx")
    block = f"server {{\n{under_prefix}}}" if prefix else root
    port = free_port()
    block = re.sub(r"listen [^;]*;|server_name [^;]*;|ssl_certificate[^;]*;", "", block)
    block = block.replace("server {", f"server {{ listen 127.0.0.1:{port};", 1)
    text = NGINX.format(folder=folder, servers=block.replace("http://127.0.0.1:8000", backend))
    (folder / "nginx.conf").write_text(text)
    command = [executable("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with _running(command, port, folder / "nginx.log"):
        yield f"http://{HOST}:{port}"


@contextmanager
def caddy(folder, backend, *, prefix):
    """Run Caddy before a server's address, over TLS by a certificate of its own; gives the address at which it shows that server."""
    block = documented("caddyfile")[1 if prefix else 0]
    port = free_port()
    block = block.replace("127.0.0.1:8000", backend.removeprefix("http://"))
    block = block.replace("town.example {", f"https://{HOST}:{port} {{\n    tls internal", 1)
    options = f"{{\n    admin off\n    auto_https disable_redirects\n    skip_install_trust\n    storage file_system {folder}\n}}\n"
    (folder / "Caddyfile").write_text(options + block)
    command = [
        executable("caddy"),
        "run",
        "--adapter",
        "caddyfile",
        "--config",
        str(folder / "Caddyfile"),
    ]
    with _running(command, port, folder / "caddy.log", tls=True):
        yield f"https://{HOST}:{port}"


def executable(name):
    """Return where a proxy lies: beside the interpreter of the tests, or where Debian keeps what only root looks for."""
    places = f"{Path(sys.executable).parent}:/usr/sbin:/usr/local/sbin"
    path = shutil.which(name) or shutil.which(name, path=places)
    assert path is not None, f"{name} is not here; scripts/system-packages installs it"
    return path


@contextmanager
def _running(command, port, log: Path, *, tls=False):
    with log.open("wb") as said, subprocess.Popen(command, stdout=said, stderr=said) as process:
        try:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while not _answers(port, tls=tls):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
            yield
        finally:
            process.terminate()


def _answers(port, *, tls):
    """Say whether a connection, and a TLS session where there is to be one, can be made: a certificate may still be in the making."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as trial:
            if tls:
                context = ssl.create_default_context()
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                context.wrap_socket(trial, server_hostname=HOST).close()
            return True
    except OSError:
        return False
