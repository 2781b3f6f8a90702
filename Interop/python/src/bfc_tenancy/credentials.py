"""Where the server is, and who calls."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field


@dataclass(frozen=True)
class UnixTarget:
    """A server on this machine, by the path of its socket. The kernel tells it who calls."""

    path: str


@dataclass(frozen=True)
class TLSTarget:
    """A server over TLS 1.3.

    ``ca`` is a PEM file with the roots to trust; ``cert`` and ``key`` are the client's own
    certificate and key, for a server that asks who calls.
    """

    host: str
    port: int
    ca: str
    cert: str | None = None
    key: str | None = field(default=None, repr=False)
    server_name: str | None = None

    def context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=self.ca)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.set_alpn_protocols(["ttrpc"])
        if self.cert is not None:
            context.load_cert_chain(self.cert, self.key)
        return context


Target = UnixTarget | TLSTarget
