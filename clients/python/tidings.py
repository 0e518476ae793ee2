#!/usr/bin/env python3
"""Reads the events of a Tidings hub: the feed, which misses nothing, and the tap, which is quick.

One file for Python 3.9 or newer; it needs pyzmq (Debian: python3-zmq) and nothing else. As a program it prints one JSON object a line:

    tidings client add desk > desk.key && chmod 600 desk.key
    python3 tidings.py desk.key --where 'event=SANCTION,COERCE actor=RUS confidence>=0.7' --from floor
    python3 tidings.py desk.key --cursor desk
    python3 tidings.py desk.key --tap event/SANCTION/

As a module:

    import tidings
    with tidings.Feed("desk.key", where="event=SANCTION", start="floor") as feed:
        for event in feed:
            print(event.seq, event.data["event"], event.data["status"])

AT LEAST ONCE, with nothing to store here: name a cursor, and acknowledge after the effect; the hub keeps the place.

    with tidings.Feed(keys, cursor="desk", start="floor") as feed:
        for event in feed:
            do_something(event.data)
            feed.ack(event)

EXACTLY ONCE: store the place in the transaction that stores the effect, and begin there the next time.

    import sqlite3
    base = sqlite3.connect("events.db", isolation_level=None)
    base.execute("create table if not exists place (one integer primary key check (one = 1), epoch text, seq integer)")
    base.execute("create table if not exists act (id text, kind text)")
    row = base.execute("select epoch, seq from place").fetchone()
    with tidings.Feed(keys, where="type=event", start=tidings.Place(*row) if row else "floor") as feed:
        for event in feed:
            base.execute("begin immediate")
            base.execute("insert into act values (?, ?)", (event.id, event.data["event"]))
            base.execute("insert or replace into place values (1, ?, ?)", (event.epoch, event.seq))
            base.execute("commit")

The same with psycopg and PostgreSQL, where `with base.transaction()` is the transaction:

    base = psycopg.connect("dbname=mine", autocommit=True)
    row = base.execute("select epoch, seq from place").fetchone()
    with tidings.Feed(keys, start=tidings.Place(*row) if row else "floor") as feed:
        for event in feed:
            with base.transaction():
                base.execute("insert into act values (%s, %s)", (event.id, event.raw.decode()))
                base.execute("insert into place values (1, %s, %s) on conflict (one) do update"
                             " set epoch = excluded.epoch, seq = excluded.seq", (event.epoch, event.seq))

Without a database, ``PlaceFile`` keeps the place in a file that is replaced at once: at least once, and mostly once.

docs/protocol.md has the grammar; docs/vectors/ has what this file is tested with. ``Subscription`` is the protocol without a socket.
"""
import argparse
import json
import os
import random
import struct
import sys
import time

__all__ = ["Event", "Feed", "Place", "PlaceFile", "Refused", "Subscription", "Tap", "read_keys"]

VERSION = 1


class Refused(Exception):
    """The hub refuses for good. ``code`` is one of those in docs/protocol.md, ``message`` says what to do."""

    def __init__(self, code, message):
        super().__init__("%s: %s" % (code, message))
        self.code = code
        self.message = message


class Place(tuple):
    """A place in a log, (epoch, seq): behind it everything is new."""

    __slots__ = ()

    def __new__(cls, epoch, seq):
        return super().__new__(cls, (epoch, int(seq)))

    epoch = property(lambda self: self[0], doc="The log's identity; a restored log has another.")
    seq = property(lambda self: self[1], doc="The last event that has had its effect.")


class Event:
    """One event: its place in the log, and the envelope as bytes (``raw``) and decoded."""

    __slots__ = ("seq", "prev", "raw", "_envelope")

    def __init__(self, seq, prev, raw):
        self.seq = seq
        self.prev = prev
        self.raw = raw
        self._envelope = None

    @property
    def envelope(self):
        """CloudEvents 1.0 as a dictionary; decoded when first asked for."""
        if self._envelope is None:
            self._envelope = json.loads(self.raw)
        return self._envelope

    @property
    def data(self):
        """The record; docs/record.md explains its members."""
        return self.envelope["data"]

    id = property(lambda self: self.envelope["id"], doc="The record's UUID.")
    type = property(lambda self: self.envelope["type"], doc="tidings.event.v1, tidings.quote.v1, tidings.article.v1 …")
    epoch = property(lambda self: self.envelope["epoch"], doc="The log's identity.")
    topic = property(lambda self: self.envelope["topic"], doc="Where the tap publishes it.")
    tseq = property(lambda self: int(self.envelope["tseq"]), doc="Its number within the topic.")
    place = property(lambda self: Place(self.epoch, self.seq), doc="Store this with the event's effect.")


# ---- The protocol, without a socket ---------------------------------------------------------------------------------


def encode(kind, **head):
    """A message as frames."""
    return [kind.encode(), json.dumps(head, separators=(",", ":")).encode()]


def decode(frames):
    """A message from the hub as (kind, head, bodies), or None for what this version does not know.

    Unknown kinds, unknown members and further frames are ignored. EVENT's head becomes {"seq", "prev"}.
    """
    if not frames:
        return None
    kind = bytes(frames[0]).decode("ascii", "replace")
    head = bytes(frames[1]) if len(frames) > 1 else b"{}"
    needed = NUMBERS.get(kind)
    if needed is None:
        return None
    if kind == "EVENT":
        if len(head) < 16 or len(frames) < 3:
            return None
        seq, prev = struct.unpack(">QQ", head[:16])
        return kind, {"seq": seq, "prev": prev}, [bytes(frame) for frame in frames[2:]]
    try:
        members = json.loads(head)
    except ValueError:
        return None
    if not isinstance(members, dict):
        return None
    if any(type(members.get(name)) is not int for name in needed):
        return None
    if any(not isinstance(members.get(name), str) for name in TEXTS.get(kind, ())):
        return None
    return kind, members, [bytes(frame) for frame in frames[2:]]


# The members that a message must have.
NUMBERS = {
    "WELCOME": ("floor", "head", "after"),
    "EVENT": (),
    "HEARTBEAT": ("head", "scanned", "last"),
    "ACKED": ("seq",),
    "REFUSED": (),
    "BYE": (),
}
TEXTS = {"WELCOME": ("epoch",), "REFUSED": ("code", "message")}


class Subscription:
    """A subscriber's side of the feed: where it stands, what it may still receive, and whether anything is missing.

    A state machine without a socket; times are milliseconds. Its methods return actions, each a tuple: ("send", frames),
    ("deliver", Event), ("reconnect", reason): close the socket and open another, or ("fail", code, message).
    """

    def __init__(self, where="", start="now", cursor=None, client="tidings.py", window=1000, silent_after=3500):
        self.where, self.start, self.cursor, self.client = where, start, cursor, client
        self.window, self.silent_after = window, silent_after
        self.connected_now = False
        self.welcome = False
        self.last_heard = 0
        self.last_credit = 0
        self.unpaid = 0
        # What is known of the log, and where this subscription stands in it.
        self.epoch = None
        self.seq = None
        self.scanned = None
        self.head = None
        # With a cursor: what the caller has, what it acknowledged, what the hub was told and what it has stored.
        self.delivered = None
        self.acknowledged = None
        self.ack_sent = 0
        self.acked = None

    def connected(self, now):
        """A fresh socket is connecting."""
        self.connected_now, self.welcome = True, False
        self.last_heard = self.last_credit = now
        self.unpaid = 0
        if self.seq is not None:
            after, epoch = max(self.seq, self.scanned), self.epoch
        elif self.start == "floor":
            after, epoch = 0, None
        elif self.start == "now":
            after, epoch = None, None
        elif isinstance(self.start, int):
            after, epoch = self.start, None
        else:
            epoch, after = self.start
        head = {"version": VERSION, "filter": self.where, "credit": self.window, "client": self.client}
        for name, value in (("after", after), ("epoch", epoch), ("cursor", self.cursor)):
            if value is not None:
                head[name] = value
        return [("send", encode("SUBSCRIBE", **head))]

    def receive(self, frames, now):
        """A message has come."""
        self.last_heard = now
        message = decode(frames)
        if message is None:
            return []
        kind, head, bodies = message
        if kind == "WELCOME":
            self.welcome = True
            self.epoch, self.head = head["epoch"], head["head"]
            self.seq = self.scanned = self.ack_sent = head["after"]
            if self.cursor is not None:
                self.acked = head["after"]
                self.acknowledged = max(self.acknowledged or 0, head["after"])
                self.delivered = max(self.delivered or 0, head["after"])
            return []
        if kind == "REFUSED":
            if head["code"] == "busy":
                return self._start_over(head["message"])
            return [("fail", head["code"], head["message"])]
        if kind == "BYE":
            return self._start_over("the hub does not know this subscription any more")
        if kind == "ACKED":
            self.acked = max(self.acked or 0, head["seq"])
            return []
        if not self.welcome:
            return []
        if kind == "EVENT":
            return self._event(head["seq"], head["prev"], bodies[0], now)
        self.head = head["head"]  # HEARTBEAT
        if head["last"] != self.seq:
            if head["last"] > self.seq:
                return self._start_over("the hub sent up to %d, but %d was the last to arrive" % (head["last"], self.seq))
            return []
        self.scanned = max(self.scanned, head["scanned"])
        return self._send_ack()

    def _event(self, seq, prev, body, now):
        if prev != self.seq:
            return self._start_over("event %d follows %d, but %d was the last" % (seq, prev, self.seq))
        self.seq = self.scanned = seq
        self.head = max(self.head, seq)
        if self.cursor is not None and seq <= self.delivered:
            # The caller has it already: it was not acknowledged before the connection was lost.
            return self.processed(1, now) + self._send_ack()
        self.delivered = seq
        return [("deliver", Event(seq, prev, body))]

    def processed(self, count, now):
        """The caller has done with so many events: their credit goes back in portions."""
        self.unpaid += count
        return self._pay(now) if self.unpaid >= max(1, self.window // 2) else []

    def ack(self, seq):
        """Everything up to seq has had its effect: the hub may move the cursor there."""
        if self.cursor is None or self.delivered is None:
            return []
        self.acknowledged = max(self.acknowledged, min(seq, self.delivered))
        return self._send_ack()

    @property
    def ack_is_stored(self):
        return self.acknowledged is None or self.acknowledged <= (self.acked or 0)

    def tick(self, now):
        """Time goes by."""
        if not self.connected_now:
            return []
        if now - self.last_heard > self.silent_after:
            return self._start_over("the hub was silent for %d ms" % (now - self.last_heard))
        # Credit is also our sign of life.
        return self._pay(now) if now - self.last_credit >= 1000 and self.welcome else []

    def _send_ack(self):
        if not self.welcome or self.acknowledged is None or self.seq < self.acknowledged:
            return []
        # With the last event goes what did not match behind it: a cursor with a rare filter must not fall behind.
        everything = self.acknowledged == self.delivered == self.seq
        place = max(self.seq, self.scanned) if everything else self.acknowledged
        if place <= self.ack_sent:
            return []
        self.ack_sent = place
        return [("send", encode("ACK", seq=place))]

    def _pay(self, now):
        credit, self.unpaid, self.last_credit = self.unpaid, 0, now
        return [("send", encode("CREDIT", credit=credit))]

    def _start_over(self, reason):
        self.connected_now = False
        return [("reconnect", reason)]


# ---- Sockets --------------------------------------------------------------------------------------------------------


def read_keys(path):
    """Reads a file of ``name = value`` lines: server_key, public_key, secret_key (CURVE, Z85), and perhaps next_server_key, feed and tap.

    ``tidings client add`` prints such a file. Quotes around a value and lines that begin with # or [ are allowed; names that
    are not known are ignored. The file holds a secret, so nobody else may read it: chmod 600.
    """
    if os.stat(path).st_mode & 0o077:
        raise ValueError("%s can be read by others: chmod 600 %s" % (path, path))
    keys = {}
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            line = line.strip()
            if not line or line[0] in "#[":
                continue
            name, equals, value = line.partition("=")
            if not equals:
                raise ValueError("%s:%d: not name = value: %s" % (path, number, line))
            keys[name.strip()] = value.strip().strip('"')
    missing = [name for name in ("server_key", "public_key", "secret_key") if len(keys.get(name, "")) != 40]
    if missing:
        raise ValueError("%s: %s is missing or not a key of 40 characters" % (path, " and ".join(missing)))
    return keys


def _socket(context, kind, endpoint, keys, attempt, high_water):
    import zmq

    # While the hub's key is being changed, its old and its new key take turns.
    servers = [keys[name] for name in ("server_key", "next_server_key") if keys.get(name)]
    socket = context.socket(getattr(zmq, kind))
    socket.linger = 100
    socket.set_hwm(high_water)
    socket.maxmsgsize = 16 << 20
    socket.setsockopt(zmq.HEARTBEAT_IVL, 1000)
    socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, 3000)
    socket.setsockopt(zmq.RECONNECT_IVL_MAX, 2000)
    socket.curve_serverkey = servers[attempt % len(servers)].encode()
    socket.curve_publickey = keys["public_key"].encode()
    socket.curve_secretkey = keys["secret_key"].encode()
    socket.connect(endpoint)
    return socket


def _now():
    return int(time.monotonic() * 1000)


class Feed:
    """The feed: joins without loss, resumes by itself after every fault, and checks that nothing is missing.

    Iterate over it, or call ``next``. Use it from one thread.

    :param keys: a file that ``tidings client add`` printed; read again at every connection.
    :param where: terms such as ``event=SANCTION actor=RUS``; empty for everything.
    :param start: ``"floor"`` (the earliest kept), ``"now"``, a sequence number, or a ``Place`` that was stored. With a cursor: where that
        begins when it is new.
    :param cursor: the name of a place that the hub keeps; move it with ``ack``.
    :param client: a name for the hub's status.
    :param window: events that may be on their way at one time.
    :param endpoint: the feed's address, when it is another than in the file.
    """

    def __init__(self, keys, where="", start="now", cursor=None, client="tidings.py", window=1000, endpoint=None, context=None):
        import zmq

        self.keys = keys
        self.endpoint = endpoint or read_keys(keys).get("feed") or "tcp://127.0.0.1:7401"
        self.subscription = Subscription(where, start, cursor, client, window)
        self.trouble = None
        self._context = context or zmq.Context.instance()
        self._socket = None
        self._attempt = 0
        self._connect_at = 0
        self._failures = 0
        self._ready = []
        self._handed_out = 0

    def next(self, timeout=None):
        """Waits up to timeout seconds (None: for ever) for events and returns a list of them; empty when none came.

        Asking for more says that the events returned before are done with. Ask at least every ten seconds, or the hub forgets the
        subscription, which then resumes by itself.
        """
        deadline = None if timeout is None else _now() + int(timeout * 1000)
        self._perform(self.subscription.processed(self._handed_out, _now()))
        self._handed_out = 0
        while not self._ready:
            left = 100 if deadline is None else min(100, deadline - _now())
            self._wait(max(0, left))
            if deadline is not None and _now() >= deadline:
                break
        events, self._ready = self._ready, []
        self._handed_out = len(events)
        return events

    def __iter__(self):
        while True:
            for event in self.next():
                yield event

    def ack(self, event=None):
        """This event and all before it, or with none given all that were handed out, have had their effect."""
        seq = self.subscription.delivered if event is None else event.seq
        if seq is not None:
            self._perform(self.subscription.ack(seq))

    @property
    def place(self):
        """The place behind which everything is new, or None before the hub has answered."""
        known = self.subscription
        return None if known.seq is None else Place(known.epoch, max(known.seq, known.scanned))

    @property
    def is_at_end(self):
        """Whether everything that the hub last said it has was delivered or did not match."""
        known = self.subscription
        return known.welcome and not self._ready and known.scanned >= known.head

    def close(self, timeout=2):
        """Leaves; with a cursor, waits up to timeout seconds until what was acknowledged is stored, and returns whether it is."""
        deadline = _now() + int(timeout * 1000)
        while self._socket is not None and not self.subscription.ack_is_stored and _now() < deadline:
            self._wait(20)
        if self._socket is not None:
            self._send(encode("BYE"))
            self._socket.close()
            self._socket = None
        return self.subscription.ack_is_stored

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def _wait(self, milliseconds):
        now = _now()
        if self._socket is None:
            if now < self._connect_at:
                time.sleep(min(milliseconds, self._connect_at - now, 20) / 1000)
                return
            self._socket = _socket(self._context, "DEALER", self.endpoint, read_keys(self.keys), self._attempt,
                                   self.subscription.window * 2 + 1000)
            self._attempt += 1
            self._perform(self.subscription.connected(now))
        if self._socket is not None and self._socket.poll(milliseconds):
            self._receive()
        self._perform(self.subscription.tick(_now()))

    def _receive(self):
        import zmq

        for _ in range(self.subscription.window):
            if self._socket is None:
                return
            try:
                frames = self._socket.recv_multipart(zmq.DONTWAIT)
            except zmq.Again:
                return
            self._perform(self.subscription.receive(frames, _now()))
            if self.subscription.welcome:
                self._failures = self._attempt = 0

    def _send(self, frames):
        import zmq

        try:
            self._socket.send_multipart(frames, zmq.DONTWAIT)
        except zmq.Again:
            pass  # The connection is gone; the hub's silence will tell.

    def _perform(self, actions):
        for action in actions:
            if action[0] == "send":
                if self._socket is not None:
                    self._send(action[1])
            elif action[0] == "deliver":
                self._ready.append(action[1])
            elif action[0] == "reconnect":
                self.trouble = action[1]
                if self._socket is not None:
                    self._socket.close(linger=0)
                    self._socket = None
                self._failures = min(self._failures + 1, 5)
                # Not all clients of a hub that returns come at once.
                self._connect_at = _now() + int(100 * 2 ** (self._failures - 1) * random.uniform(0.5, 1))
            else:
                raise Refused(action[1], action[2])


class PlaceFile:
    """A place in a file, for programs without a database: ``load()`` at the start, ``save(place)`` after the effect.

    Saving writes another file, forces it to the disk and renames it, so that a crash leaves the old place or the new one.
    """

    def __init__(self, path):
        self.path = path

    def load(self, otherwise="floor"):
        """The place stored, or ``otherwise`` when there is none yet."""
        try:
            with open(self.path, encoding="utf-8") as file:
                found = json.load(file)
        except FileNotFoundError:
            return otherwise
        return Place(found["epoch"], found["seq"])

    def save(self, place):
        part = "%s.%d.part" % (self.path, os.getpid())
        with open(part, "w", encoding="utf-8") as file:
            json.dump({"epoch": place.epoch, "seq": place.seq}, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, self.path)
        directory = os.open(os.path.dirname(os.path.abspath(self.path)), os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


class Tap:
    """The tap: events as soon as they are published. What it drops is seen by ``tseq`` and brought from the feed.

    Within a topic events come in order and without a hole, from the moment the first heartbeat has come; what was published before is
    not asked for.

    :param keys: a file that ``tidings client add`` printed.
    :param topic: a prefix, or a list of them: ``event/SANCTION/RUS/``.
    :param tap: the tap's address, when it is another than in the file.
    :param feed: the feed's address likewise.
    """

    def __init__(self, keys, topic="", tap=None, feed=None, context=None):
        import zmq

        self._context = context or zmq.Context.instance()
        self._keys = keys
        read = read_keys(keys)
        tap = tap or read.get("tap") or "tcp://127.0.0.1:7402"
        self._feed_endpoint = feed
        self.topics = [topic] if isinstance(topic, str) else list(topic)
        self.healed = 0
        self._epoch = None
        self._base = None
        # Of each topic: the last tseq, and its seq.
        self._last = {}
        self._socket = _socket(self._context, "SUB", tap, read, 0, 100_000)
        for prefix in self.topics + ["~hb/"]:
            self._socket.subscribe(prefix)

    def next(self, timeout=None):
        """Waits up to timeout seconds (None: for ever) for a message, and returns a list of events; often empty or one."""
        wait = None if timeout is None else int(timeout * 1000)
        if not self._socket.poll(wait):
            return []
        frames = self._socket.recv_multipart()
        if len(frames) < 2:
            return []
        return self.take(frames[0].decode("ascii", "replace"), frames[1])

    def __iter__(self):
        while True:
            for event in self.next():
                yield event

    def close(self):
        self._socket.close(linger=0)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def take(self, topic, body):
        """What a message of the tap brings: the events missed before it, and its own."""
        if topic == "~hb/":
            return self._beat(json.loads(body))
        event = Event(0, 0, body)
        event.seq = int(event.envelope["sequence"])
        self._know(event.epoch)
        known, seq = self._last.get(topic, (None, self._base))
        if known is not None and event.tseq <= known:
            return []
        # Nothing is promised before the first heartbeat.
        is_next = event.tseq == (known or 0) + 1 or seq is None
        missed = [] if is_next else self._heal(topic, known, seq, event.seq - 1)
        self._last[topic] = (event.tseq, event.seq)
        return missed + [event]

    def _beat(self, beat):
        head = int(beat["head"])
        self._know(beat["epoch"])
        events = []
        for topic, text in beat["topics"].items():
            if not any(topic.startswith(prefix) for prefix in self.topics):
                continue
            known, seq = self._last.get(topic, (None, self._base))
            if self._base is None and known is None:
                self._last[topic] = (int(text), head)
            elif known is None or known < int(text):
                events += self._heal(topic, known, seq, head)
                self._last[topic] = (int(text), head)
        if self._base is None:
            self._base = head
        return events

    def _know(self, epoch):
        if epoch != self._epoch:
            # The log is another one: its numbers mean other events.
            self._epoch, self._base, self._last = epoch, None, {}

    def _heal(self, topic, known, after, end):
        """The topic's events behind sequence number ``after``, up to ``end``, from the feed."""
        parts = topic.split("/")
        where = "type=" + parts[0] + (" event=" + parts[1] if parts[0] == "event" and len(parts) > 2 else "")
        found = []
        feed = Feed(self._keys, where, Place(self._epoch, after), client="tidings.py tap", endpoint=self._feed_endpoint,
                    context=self._context)
        with feed:
            while feed.place is None or feed.place.seq < end:
                for event in feed.next(1):
                    if event.seq <= end and event.topic == topic and (known is None or event.tseq > known):
                        found.append(event)
        self.healed += len(found)
        return found


# ---- The program ----------------------------------------------------------------------------------------------------


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="tidings.py", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Prints events as JSON, one a line, without loss or repetition.",
        epilog="examples:\n"
        "  tidings.py desk.key --where 'event=SANCTION actor=RUS' --from floor\n"
        "  tidings.py desk.key --place place.json        goes on where it stopped\n"
        "  tidings.py desk.key --cursor desk             the same; the hub keeps the place\n"
        "  tidings.py desk.key --tap event/              the tap's topics with this prefix")
    parser.add_argument("keys", help="a file that 'tidings client add' printed")
    parser.add_argument("--endpoint", help="the feed's address, when it is another than in the file")
    parser.add_argument("--where", default="", help="terms such as 'event=SANCTION actor=RUS'")
    parser.add_argument("--from", dest="start", default=None, help="floor, now (the default) or a sequence number")
    parser.add_argument("--cursor", help="a place that the hub keeps under this name")
    parser.add_argument("--place", help="a file that keeps the place")
    parser.add_argument("--client", default="tidings.py", help="a name for the hub's status")
    parser.add_argument("--count", type=int, help="stop after so many")
    parser.add_argument("--idle", type=float, help="stop when there is no more, and nothing came for so many seconds")
    parser.add_argument("--tap", metavar="TOPIC", help="read the tap, and bring from the feed what it drops: event/SANCTION/")
    given = parser.parse_args(arguments)
    start = given.start or "now"
    if start not in ("floor", "now"):
        if not start.isdigit():
            parser.error("--from is floor, now or a sequence number")
        start = int(start)
    if given.tap and (given.where or given.cursor or given.place or given.start):
        parser.error("--tap takes a topic; --where, --from, --cursor and --place belong to the feed")
    file = PlaceFile(given.place) if given.place else None
    try:
        if given.tap:
            source = Tap(given.keys, given.tap, feed=given.endpoint)
        else:
            source = Feed(given.keys, given.where, file.load(start) if file else start, given.cursor, given.client,
                          endpoint=given.endpoint)
        with source:
            _print(source, given, file)
    except Refused as refusal:
        sys.exit("tidings.py: the hub refuses: %s" % refusal)
    except (ValueError, OSError) as error:
        sys.exit("tidings.py: %s" % error)
    except KeyboardInterrupt:
        pass


def _print(source, given, file):
    left, last = given.count, _now()
    while left is None or left > 0:
        events = source.next(0.2)
        if left is not None:
            events = events[:left]
            left -= len(events)
        for event in events:
            sys.stdout.buffer.write(event.raw + b"\n")
        if events:
            last = _now()
            sys.stdout.buffer.flush()
            if file:
                file.save(events[-1].place)
            if given.cursor:
                source.ack(events[-1])
        elif given.idle is not None and _now() - last >= given.idle * 1000 and getattr(source, "is_at_end", True):
            return


if __name__ == "__main__":
    main()
