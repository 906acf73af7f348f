"""A real HTTP server on this machine, with the faults that a network has."""

import hashlib
import http.server
import threading
from dataclasses import dataclass, field


@dataclass
class Page:
    """What one address answers; the lists hold one entry for each request, and none when they are used up."""

    content: bytes
    cuts: list = field(default_factory=list)  # break the connection after this many bytes of the answer
    statuses: list = field(default_factory=list)  # answer this error in place of the page
    resumable: bool = True
    announce: bool = True  # send a Content-Length
    later: bytes | None = None  # the content of all requests but the first, under the same ETag
    shift: int = 0  # a resumed answer begins so many bytes too late
    redirect: str | None = None


class LocalServer:
    """Serves pages by path and remembers the requests: `with LocalServer() as server`."""

    def __init__(self):
        self.pages, self.requests = {}, []
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # the name that http.server looks for
                server.requests.append((self.path, dict(self.headers)))
                page = server.pages.get(self.path)
                if page is None:
                    self.send_error(404)
                else:
                    _answer(self, page, first=sum(path == self.path for path, _ in server.requests) == 1)

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_port}/"

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()

    def serve(self, name, content, **faults):
        """Serve bytes under a name; returns the address."""
        self.pages[f"/{name}"] = Page(content, **faults)
        return self.address + name


def _answer(request, page, first):
    if page.redirect:
        request.send_response(302)
        request.send_header("Location", page.redirect)
        request.send_header("Content-Length", "0")
        request.end_headers()
        return
    if page.statuses and (status := page.statuses.pop(0)) is not None:
        request.send_error(status)
        return
    content = page.content if first or page.later is None else page.later
    tag = f'"{hashlib.sha256(page.content).hexdigest()[:16]}"'
    body = content
    if page.resumable and request.headers.get("If-Range") == tag:
        begin = int(request.headers["Range"].removeprefix("bytes=").removesuffix("-")) + page.shift
        if begin >= len(content):
            request.send_error(416)
            return
        body = content[begin:]
        request.send_response(206)
        request.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
    else:
        request.send_response(200)
    if page.resumable:
        request.send_header("ETag", tag)
    if page.announce:
        request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    cut = page.cuts.pop(0) if page.cuts else None
    request.wfile.write(body if cut is None else body[:cut])
    request.close_connection = True
