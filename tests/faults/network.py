"""Machines of their own, as network namespaces on a bridge; their cables can be pulled out."""

import contextlib
import os
import subprocess
from typing import Self

import pytest

LETTERS = "abcdefgh"


class Network:
    """A bridge, on which this machine has the address `gateway`, and hosts that `host` adds."""

    def __init__(self) -> None:
        self._mark = f"t{os.getpid() % 100_000}"
        self._prefix = f"10.77.{os.getpid() % 250}"
        self.gateway = f"{self._prefix}.1"
        self._hosts: list[str] = []

    def __enter__(self) -> Self:
        try:
            _ip("link", "add", self._mark, "type", "bridge")
            _ip("addr", "add", f"{self.gateway}/24", "dev", self._mark)
            _ip("link", "set", self._mark, "up")
        except (OSError, subprocess.CalledProcessError) as error:
            self.__exit__()
            pytest.skip(f"no bridge and network namespaces can be made here (root may): {_told(error)}")
        return self

    def __exit__(self, *_error: object) -> None:
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            for host in self._hosts:
                _ip("netns", "delete", host)
            _ip("link", "delete", self._mark)

    def host(self) -> "Host":
        """A new machine on the bridge."""
        number = len(self._hosts)
        name = f"{self._mark}{LETTERS[number]}"
        host = Host(name, f"{self._prefix}.{number + 2}")
        _ip("netns", "add", name)
        self._hosts.append(name)
        _ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
        _ip("link", "set", name, "master", self._mark)
        host.plug_in()
        _ip("-n", name, "addr", "add", f"{host.address}/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            _ip("-n", name, "link", "set", device, "up")
        return host


class Host:
    """One of its machines: what `place` is written before runs there."""

    def __init__(self, name: str, address: str) -> None:
        self.address, self._name = address, name
        self.place = ("ip", "netns", "exec", name)

    def cut_off(self) -> None:
        """From now on nothing comes in or goes out, and nobody is told."""
        _ip("link", "set", self._name, "down")

    def plug_in(self) -> None:
        """Undoes that."""
        _ip("link", "set", self._name, "up")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def _told(error: Exception) -> str:
    return getattr(error, "stderr", b"").decode().strip() or str(error)
