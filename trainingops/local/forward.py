"""Answers a printed address of this machine whose port is no longer the demo's: sends the reader to the new one.

Run as ``python -m trainingops.local.forward <bind> <port> <new address>``; standard library only.
"""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def serve(bind: str, port: int, address: str) -> None:
    """Redirect every page of ``bind``:``port`` to the same page of ``address`` until killed."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(307)
            self.send_header("Location", f"{address}/{self.path.lstrip('/')}")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_HEAD = do_GET

    ThreadingHTTPServer((bind, port), Handler).serve_forever()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), sys.argv[3])
