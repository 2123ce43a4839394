"""The news site of the tests with timers: a feed, and a place where messages arrive."""

from typing import Final

from tests.cli.test_units import FEED

# The newsroom's own server: it has a feed, and writes down the messages that it gets.
NEWS: Final = f"""
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(b'''{FEED.replace("ferry", "harbour")}''')
    def do_POST(self):
        with open("/run/messages", "ab") as file:
            file.write(self.rfile.read(int(self.headers["Content-Length"])) + b"\\n")
        self.answer(b"")
    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(("127.0.0.1", 8701), Handler).serve_forever()
"""
NOTICES: Final = """
notice_urls = "json://127.0.0.1:8701/"
notice_process = "command"
"""
