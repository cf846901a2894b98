"""A real HTTPS server on loopback that answers what a test tells it to, in order, and keeps what it was asked.

For the answers that the practice tenant rightly never gives: links to foreign hosts, broken JSON, lost connections.
"""

import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Scripted:
    """Answers in order; the last one stays. `None` closes the connection without an answer.

    `by_path` answers come first: a part of the path, and what it gives. `lost` comes before: a part of the path, and
    how many connections to it are closed without an answer.
    """

    def __init__(self, authority):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        self.answers, self.asked, self.by_path, self.lost = [], [], {}, {}
        script = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # headers and body leave together, or every answer waits for a delayed ACK

            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                script.asked.append((self.command, self.path, dict(self.headers), body))
                now = script.next(self.path)
                if now is None:
                    self.close_connection = True
                    return
                status, headers, content = now
                data = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response_only(status)
                for name, value in {"Date": "Wed, 18 Nov 2026 12:00:00 GMT", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815 - the names http.server looks for

            def log_message(self, format, *args):  # noqa: A002 - http.server's own name
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def next(self, path):
        for part, times in self.lost.items():
            if part in path and times:
                self.lost[part] -= 1
                return None
        for part, answer in self.by_path.items():
            if part in path:
                return answer
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    @property
    def origin(self):
        return f"https://localhost:{self.server.server_address[1]}"

    def sign_in_works(self, tenant_id):
        """Answer what msal asks for on the way to a token."""
        base = f"{self.origin}/{tenant_id}/oauth2/v2.0"
        self.by_path |= {
            "openid-configuration": (
                200,
                {},
                {
                    "issuer": f"{self.origin}/{tenant_id}/v2.0",
                    "authorization_endpoint": f"{base}/authorize",
                    "token_endpoint": f"{base}/token",
                    "device_authorization_endpoint": f"{base}/devicecode",
                },
            ),
            "/oauth2/v2.0/token": (200, {}, {"token_type": "Bearer", "access_token": "the-token", "expires_in": 3599}),
        }

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
