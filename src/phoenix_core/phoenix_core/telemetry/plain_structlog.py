"""structlog without rich: 4.5 MB and 40 ms less in each process, for tracebacks no node draws."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING or 'rich' in sys.modules:
    import structlog
else:
    sys.modules['rich'] = None  # which structlog takes for "not installed"
    try:
        import structlog
    finally:
        del sys.modules['rich']

__all__ = ['structlog']
