import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


def allowed(origin):
    return ALLOWED


class Handler(BaseHTTPRequestHandler):
    def answer(self):
        origin = self.headers.get("Origin", "")
        self.send_response(204 if self.command == "OPTIONS" else 200)
        self.send_header("Vary", "Origin")
        if origin and allowed(origin):
            self.send_header("Access-Control-Allow-Origin", origin)
            self.send_header("Access-Control-Allow-Credentials", "true")
            self.send_header("Access-Control-Allow-Methods", "GET, PUT")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_PUT = do_OPTIONS = answer

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
