#!/usr/bin/env python3
"""A subscriber of the endurance test. Writes one line an event: seq, prev ("-" when the client keeps it to itself), the record's id, and
when it was committed and received, in microseconds since 1970.

    reader.py feed KEYS WHERE NAME AFTER DELAY    through the Python client, so many seconds an event; SIGUSR1 ends the delay
    reader.py run COMMAND...                      through a client that prints JSON lines; SIGTERM kills that one with -9
"""
import ctypes
import os
import re
import signal
import subprocess
import sys
import time
from datetime import datetime

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../clients/python"))
sys.dont_write_bytecode = True
import tidings  # noqa: E402

# The envelope's own members stand before "data", which is the article's.
HEAD = re.compile(rb'"id":"([^"]*)".*?"time":"([^"]*)Z".*?"sequence":"(\d+)"')


def line(raw, prev):
    found = HEAD.search(raw)
    committed = datetime.fromisoformat(found[2].decode() + "+00:00").timestamp()
    return b"%d %s %s %d %d\n" % (int(found[3]), prev, found[1], committed * 1e6, time.time() * 1e6)


def write(data):
    while data:
        data = data[os.write(1, data):]


def feed(keys, where, name, after, delay):
    pause = [float(delay)]
    signal.signal(signal.SIGUSR1, lambda *_: pause.__setitem__(0, 0))
    # A slow one keeps few events in its hands, or it would not ask again in time.
    window = 10 if pause[0] else 1000
    with tidings.Feed(keys, where, int(after), client=name, window=window) as source:
        while True:
            for event in source.next(1):
                write(line(event.raw, b"%d" % event.prev))
                if pause[0]:
                    time.sleep(pause[0])


def run(*command):
    death = ctypes.CDLL(None).prctl
    child = subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0, preexec_fn=lambda: death(1, signal.SIGKILL))
    signal.signal(signal.SIGTERM, lambda *_: child.kill())
    rest = b""
    while True:
        data = os.read(child.stdout.fileno(), 1 << 20)
        if not data:
            break
        *lines, rest = (rest + data).split(b"\n")
        write(b"".join(line(raw, b"-") for raw in lines))
    sys.exit(child.wait() != 0)


if __name__ == "__main__":
    {"feed": feed, "run": run}[sys.argv[1]](*sys.argv[2:])
