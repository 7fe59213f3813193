"""Lines with checksums, which show whether a line has changed since it was written.

A line is a JSON object. Its last member is the CRC-32 of the object without this member, in eight hexadecimal digits.
This checksum detects any single changed bit::

    {"index": 1, "value": 13.0, "crc": "0c2e6f11"}
"""

from __future__ import annotations

import binascii
import json
from collections.abc import Mapping
from typing import Any

_BEFORE, _AFTER, _DIGITS = b', "crc": "', b'"}', 8


def checked_line(content: Mapping[str, Any]) -> str:
    """Convert an object that is not empty to a line with a checksum."""
    body = json.dumps(content)
    return f"{body[:-1]}{_BEFORE.decode()}{_checksum(body.encode())}{_AFTER.decode()}\n"


def split_checksum(line: bytes) -> tuple[bytes, bool | None]:
    """Split a line (without newline) into its object and whether its checksum fits (None if there is no checksum)."""
    body, mark, rest = line.rpartition(_BEFORE)
    if not mark or len(rest) != _DIGITS + len(_AFTER) or not rest.endswith(_AFTER):
        return line, None
    body += b"}"
    return body, _checksum(body).encode() == rest[:_DIGITS]


def _checksum(body: bytes) -> str:
    return f"{binascii.crc32(body):0{_DIGITS}x}"
