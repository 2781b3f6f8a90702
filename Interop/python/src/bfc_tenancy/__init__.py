"""Client of the BFC tenancy control plane.

``AsyncTenancyClient`` is for asyncio, ``TenancyClient`` for programs without an event loop; both
take messages of ``bfc_tenancy.v1`` and raise ``TenancyError``.
"""

from . import v1
from ._channel import RetryPolicy
from .aio import AsyncTenancyClient
from .blocking import TenancyClient
from .credentials import TLSTarget, UnixTarget
from .errors import StatusCode, TenancyError

__all__ = [
    "AsyncTenancyClient",
    "RetryPolicy",
    "StatusCode",
    "TLSTarget",
    "TenancyClient",
    "TenancyError",
    "UnixTarget",
    "v1",
]
