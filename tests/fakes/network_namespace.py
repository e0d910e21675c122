"""Runs a command where no other machine can be reached, and counts what it and its children tried.

    unshare --map-root-user --net python -m tests.fakes.network_namespace COMMAND...

A network namespace of its own begins with the kernel's counters at zero and without any route; only
loopback is brought up. The last line of the output is JSON.
"""

from __future__ import annotations

import fcntl
import json
import socket
import struct
import subprocess
import sys
from pathlib import Path

_SET_FLAGS, _UP_AND_RUNNING = 0x8914, 0x41


def _bring_loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as anyone:
        fcntl.ioctl(anyone, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP_AND_RUNNING))


def _counters() -> dict[str, int]:
    """Attempts to reach another machine, by any protocol; and connections within this one."""
    found: dict[str, int] = {}
    lines = Path("/proc/net/snmp").read_text().splitlines()
    for names, values in zip(lines[::2], lines[1::2], strict=True):
        kind, *keys = names.split()
        found |= dict(zip((kind + key for key in keys), map(int, values.split()[1:]), strict=True))
    ipv6 = Path("/proc/net/snmp6")
    for line in ipv6.read_text().splitlines() if ipv6.exists() else ():
        key, value = line.split()
        found[key] = int(value)
    return {
        "beyond": found["Ip:OutNoRoutes"] + found.get("Ip6OutNoRoutes", 0),
        "connections": found["Tcp:ActiveOpens"],
        "datagrams": found["Udp:OutDatagrams"] + found.get("Udp6OutDatagrams", 0),
    }


if __name__ == "__main__":
    _bring_loopback_up()
    done = subprocess.run(sys.argv[1:], check=False)
    sys.stdout.write(json.dumps({"status": done.returncode, **_counters()}))
