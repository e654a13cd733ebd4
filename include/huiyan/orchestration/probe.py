"""Health probe of a container: exit 0 if the URL answers and reports no part unhealthy.

Kept apart from everything else so that it starts in a blink: probes run every few seconds.
"""

import json
import sys
from http.client import HTTPConnection
from urllib.parse import urlsplit

SECONDS = 8


def is_healthy(url: str) -> bool:
    """Whether the service behind `url` (http, this machine) is well."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=SECONDS)
    try:
        connection.request("GET", parts.path)
        response = connection.getresponse()
        health = json.load(response)
    except (OSError, ValueError):
        return False
    finally:
        connection.close()
    needed = (health.get("metadatabase"), health.get("scheduler"))
    return response.status == 200 and not any(
        part and part.get("status") == "unhealthy" for part in needed
    )


if __name__ == "__main__":
    raise SystemExit(0 if is_healthy(sys.argv[1]) else 1)
