"""Tests of tidings.py: the vectors of docs/vectors, and, with TIDINGS_STACK naming the data directory of a running `tidings up`, that stack.

    python3 -m unittest clients/python/test_tidings.py
"""
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

import zmq

import tidings

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
STACK = os.environ.get("TIDINGS_STACK")


def vectors(name, key):
    with open(os.path.join(ROOT, "docs", "vectors", name + ".json"), encoding="utf-8") as file:
        return json.load(file)[key]


def key_file(test):
    """A key that no hub knows, for what needs no hub."""
    directory = tempfile.TemporaryDirectory()
    test.addCleanup(directory.cleanup)
    path = os.path.join(directory.name, "desk.key")
    public, secret = (key.decode() for key in zmq.curve_keypair())
    with open(path, "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write('server_key = "%s"\npublic_key = "%s"\nsecret_key = "%s"\n' % (public, public, secret))
    return path


def wire(frame):
    return bytes.fromhex(frame[2:]) if frame.startswith("0x") else frame.encode()


def outcome(action):
    """An action as the vectors write it."""
    if action[0] == "send":
        kind, head = action[1]
        return {"send": kind.decode(), "head": json.loads(head)}
    if action[0] == "deliver":
        return {"deliver": action[1].seq, "prev": action[1].prev}
    return {"fail": action[1]} if action[0] == "fail" else {"reconnect": True}


class Vectors(unittest.TestCase):
    def check(self, name, key):
        seen = 0
        for vector in vectors(name, key):
            if vector["from"] != "hub":
                continue
            seen += 1
            message = tidings.decode([bytes.fromhex(frame) for frame in vector["frames"]])
            with self.subTest(vector["name"]):
                if vector["means"] is None:
                    self.assertIsNone(message)
                    continue
                kind, head, bodies = message
                means = dict(vector["means"])
                self.assertEqual(kind, means.pop("kind"))
                if kind == "EVENT":
                    self.assertEqual(bodies[0].decode(), means.pop("envelope"))
                self.assertEqual({name: head[name] for name in means}, means)
        return seen

    def test_frames_mean_what_the_vectors_say(self):
        self.assertGreater(self.check("frames", "frames"), 20)

    def test_frames_of_earlier_releases_are_understood(self):
        self.assertGreater(self.check("recorded-0.1", "feed"), 4)

    def test_the_tap_of_earlier_releases_is_understood(self):
        recorded = vectors("recorded-0.1", "tap")
        tap = tidings.Tap(key_file(self), tap="tcp://127.0.0.1:1")
        self.addCleanup(tap.close)
        events = []
        for vector in recorded:
            topic, body = (bytes.fromhex(frame) for frame in vector["frames"])
            events += tap.take(topic.decode(), body)
        wanted = [vector["means"] for vector in recorded if vector["means"]["topic"] != "~hb/"]
        self.assertGreater(len(wanted), 1)
        self.assertEqual(
            [{"topic": e.topic, "sequence": e.seq, "tseq": e.tseq, "epoch": e.epoch} for e in events], wanted)

    def test_a_subscriber_does_what_the_transcripts_say(self):
        transcripts = vectors("transcripts", "transcripts")
        self.assertGreater(len(transcripts), 25)
        for transcript in transcripts:
            settings = transcript["subscription"]
            start = settings["start"]
            if isinstance(start, dict):
                start = tidings.Place(start.get("epoch"), start["seq"])
            subscription = tidings.Subscription(
                settings["where"], start, settings.get("cursor"), "test", settings["window"])
            for step in transcript["steps"]:
                if "connected" in step:
                    actions = subscription.connected(step["at"])
                elif "receive" in step:
                    actions = subscription.receive([wire(frame) for frame in step["receive"]], step["at"])
                elif "processed" in step:
                    actions = subscription.processed(step["processed"], step["at"])
                elif "ack" in step:
                    actions = subscription.ack(step["ack"])
                else:
                    actions = subscription.tick(step["at"])
                with self.subTest(transcript["name"], at=step["at"]):
                    self.assertEqual([outcome(action) for action in actions], step["expect"])


class Files(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)

    def path(self, name):
        return os.path.join(self.directory.name, name)

    def test_a_place_comes_back_as_it_was_stored(self):
        file = tidings.PlaceFile(self.path("place.json"))
        self.assertEqual(file.load("now"), "now")
        for seq in (7, 8):
            file.save(tidings.Place("e", seq))
            self.assertEqual(file.load(), tidings.Place("e", seq))
        self.assertEqual(os.listdir(self.directory.name), ["place.json"], "nothing is left behind")

    def test_keys_are_read_from_a_file_that_nobody_else_can_read(self):
        path = self.path("desk.keys")
        with open(path, "w", encoding="utf-8") as file:
            file.write('# desk\nserver_key = "%s"\npublic_key=%s\n\nsecret_key = %s\ncolour = red\n' % ("=" * 40, "c" * 40, "d" * 40))
        os.chmod(path, 0o644)
        with self.assertRaisesRegex(ValueError, "chmod 600"):
            tidings.read_keys(path)
        os.chmod(path, 0o600)
        keys = tidings.read_keys(path)
        self.assertEqual((keys["server_key"], keys["public_key"], keys["secret_key"]), ("=" * 40, "c" * 40, "d" * 40))
        with open(path, "a", encoding="utf-8") as file:
            file.write("what\n")
        with self.assertRaisesRegex(ValueError, ":7: not name = value"):
            tidings.read_keys(path)


class Holes(unittest.TestCase):
    """The tap's bookkeeping, with a feed that is a list."""

    def tap(self, log, topic="event/"):
        tap = tidings.Tap(key_file(self), topic, tap="tcp://127.0.0.1:1")
        self.addCleanup(tap.close)
        self.asked = []

        def heal(topic, known, after, end):
            self.asked.append((topic, known, after, end))
            return [e for e in log if e.topic == topic and after < e.seq <= end and (known is None or e.tseq > known)]

        tap._heal = heal
        return tap

    def event(self, seq, topic, tseq, epoch="e"):
        raw = json.dumps({"sequence": "%020d" % seq, "topic": topic, "tseq": "%020d" % tseq, "epoch": epoch}).encode()
        return tidings.Event(seq, 0, raw)

    def beat(self, head, epoch="e", **topics):
        return json.dumps({"epoch": epoch, "head": "%020d" % head,
                           "topics": {"event/%s/" % name: "%020d" % tseq for name, tseq in topics.items()}}).encode()

    def test_what_the_tap_drops_comes_from_the_feed_once_and_in_order(self):
        log = [self.event(seq, "event/A/" if seq % 2 else "event/B/", (seq + 1) // 2) for seq in range(1, 13)]
        tap = self.tap(log)

        def take(*seqs):
            return [e.seq for seq in seqs for e in tap.take(log[seq - 1].topic, log[seq - 1].raw)]

        self.assertEqual(take(2), [2], "before the first heartbeat nothing is promised")
        self.assertEqual([e.seq for e in tap.take("~hb/", self.beat(4, A=2, B=2))], [4], "B's tail; A begins here")
        self.assertEqual(take(5, 9), [5, 7, 9], "a hole in A")
        self.assertEqual(take(9, 7), [], "what was healed comes late")
        self.assertEqual([e.seq for e in tap.take("~hb/", self.beat(10, A=5, B=5))], [6, 8, 10], "all of B's tail")
        self.assertEqual(take(11, 12), [11, 12])

    def test_a_topic_seen_first_after_the_start_is_complete(self):
        log = [self.event(1, "event/C/", 1), self.event(2, "event/C/", 2), self.event(3, "event/C/", 3)]
        tap = self.tap(log)
        tap.take("~hb/", self.beat(1))
        self.assertEqual([e.seq for e in tap.take("event/C/", log[2].raw)], [2, 3])

    def test_another_log_begins_anew(self):
        tap = self.tap([])
        tap.take("~hb/", self.beat(9, A=5))
        later = self.event(2, "event/A/", 2, epoch="f")
        self.assertEqual([e.seq for e in tap.take("event/A/", later.raw)], [2])
        self.assertEqual(self.asked, [])


@unittest.skipUnless(STACK, "TIDINGS_STACK names no running stack")
class Live(unittest.TestCase):
    """Against a real stack, whose hub is killed in between."""

    def setUp(self):
        with open(os.path.join(STACK, "stack.json"), encoding="utf-8") as file:
            self.endpoints = json.load(file)["endpoints"]
        self.feed = self.endpoints["feed"]
        # As 'tidings client add' prints it: the addresses stand beside the keys.
        self.keys = os.path.join(STACK, "python.key")
        with open(os.path.join(STACK, "keys", "operator", "curve.key"), encoding="utf-8") as file:
            own = file.read()
        with open(self.keys, "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write('feed = "%s"\ntap = "%s"\n%s' % (self.feed, self.endpoints["tap"], own))

    def kill_hub(self):
        """Kills the hub with SIGKILL and waits for the next one."""
        def hub():
            with open(os.path.join(STACK, "stack.json"), encoding="utf-8") as file:
                return json.load(file)["services"].get("hub")
        old = hub()
        os.kill(old, signal.SIGKILL)
        for _ in range(1000):
            if hub() not in (None, old):
                return
            time.sleep(0.01)
        self.fail("the hub does not come back")

    def drop(self, count, mark):
        for number in range(count):
            part = os.path.join(STACK, "inbox", ".%s-%d.part" % (mark, number))
            with open(part, "w", encoding="utf-8") as file:
                file.write("Title: %s %d\nDate: 2016-12-30\nSource: The Daily Café\n\n"
                           "Russia expelled %d American diplomats. Protesters marched in Warsaw.\n" % (mark, number, number + 2))
            os.rename(part, os.path.join(STACK, "inbox", "%s-%d.txt" % (mark, number)))

    def read(self, feed, articles, seconds=60):
        """Reads until so many articles have come."""
        events, deadline = [], time.monotonic() + seconds
        while sum(event.type == "tidings.article.v1" for event in events) < articles:
            self.assertLess(time.monotonic(), deadline, "only %d events came; %s" % (len(events), feed.trouble))
            events += feed.next(0.2)
        return events

    def everything(self, where=""):
        """What another reader gets of the whole log."""
        with tidings.Feed(self.keys, where, "floor") as feed:
            events = []
            while not feed.is_at_end:
                events += feed.next(0.2)
        return [event.seq for event in events]

    def test_nothing_is_lost_or_doubled_while_the_hub_is_killed(self):
        before = len(self.everything("type=article"))
        self.drop(40, "storm")
        with tidings.Feed(self.keys, start="floor") as feed:
            self.read(feed, before + 40)
        events, kills = [], [20, 60, 100]
        with tidings.Feed(self.keys, start="floor", window=7) as feed:
            while not feed.is_at_end or kills:
                events += feed.next(0.2)
                if kills and len(events) >= kills[0]:
                    kills.pop(0)
                    self.kill_hub()
            self.assertIsNotNone(feed.trouble, "it was never disturbed: the test shows nothing")
        self.assertGreaterEqual(len(events), 3 * 40)
        self.assertEqual([event.seq for event in events], list(range(1, len(events) + 1)))

    def test_a_cursor_goes_on_where_it_was_acknowledged(self):
        self.drop(6, "cursor")
        wanted, seen = None, []
        for stop in (3, 4, None):
            with tidings.Feed(self.keys, "source=the%20daily%20caf%C3%A9", "floor", cursor="python") as feed:
                if stop is None:
                    while not feed.is_at_end or len(seen) < 12:
                        for event in feed.next(0.2):
                            seen.append(event.seq)
                            feed.ack(event)
                    wanted = self.everything("source=The%20Daily%20Café")
                else:
                    while stop:
                        for event in feed.next(0.2)[:stop]:
                            seen.append(event.seq)
                            feed.ack(event)
                            stop -= 1
                self.assertTrue(feed.close(), "what was acknowledged is stored")
            self.kill_hub()
        self.assertEqual(seen, wanted)

    def test_acknowledgements_survive_the_database(self):
        self.drop(3, "outage")
        with tidings.Feed(self.keys, start="floor", cursor="outage") as feed:
            events = self.read(feed, 3)
            with open(os.path.join(STACK, "postgres", "data", "postmaster.pid"), encoding="utf-8") as file:
                server = int(file.readline())
            os.kill(server, signal.SIGQUIT)
            feed.ack(events[-1])
            self.assertFalse(feed.subscription.ack_is_stored, "nobody has stored it yet")
            # Credit keeps the subscription alive while the hub waits for the database.
            deadline = time.monotonic() + 30
            while not feed.subscription.ack_is_stored and time.monotonic() < deadline:
                feed.next(0.2)
            self.assertGreaterEqual(feed.subscription.acked, events[-1].seq)
        with tidings.Feed(self.keys, start="floor", cursor="outage") as feed:
            while feed.place is None:
                feed.next(0.2)
            self.assertGreaterEqual(feed.place.seq, events[-1].seq)

    def test_two_clients_of_one_cursor(self):
        with tidings.Feed(self.keys, start="floor", cursor="shared", client="first") as first:
            while first.place is None:
                first.next(0.2)
            with tidings.Feed(self.keys, start="floor", cursor="shared", client="second") as second:
                while second.place is None:
                    second.next(0.2)
                with self.assertRaises(tidings.Refused) as caught:
                    for _ in range(50):
                        first.next(0.1)
                self.assertEqual(caught.exception.code, "taken")
                second.next(0.2)

    def test_wrong_requests_are_refused_with_a_reason(self):
        for code, settings in (("filter", {"where": "event=SANKTION"}), ("ahead", {"start": 10 ** 9}),
                               ("epoch-changed", {"start": tidings.Place("0a", 1)}), ("cursor", {"cursor": "Desk"})):
            with self.assertRaises(tidings.Refused) as caught:
                with tidings.Feed(self.keys, **settings) as feed:
                    for _ in range(50):
                        feed.next(0.2)
            self.assertEqual(caught.exception.code, code)

    def test_the_tap_heals_its_holes(self):
        with tidings.Tap(self.keys, "event/") as tap:
            for _ in range(100):
                tap.next(0.1)
                if tap._base is not None:
                    break
            base, receive, dropped, events = tap._base, tap._socket.recv_multipart, [], []

            class Lossy:
                """Drops two of three messages, as a network does to a slow subscriber."""
                def poll(self, wait):
                    return socket.poll(wait)

                def recv_multipart(self):
                    frames = receive()
                    if frames[0] != b"~hb/" and len(dropped) % 3 != 2:
                        dropped.append(1)
                        return []
                    dropped.append(0)
                    return frames

            socket, tap._socket = tap._socket, Lossy()
            self.drop(10, "tap")
            wanted, deadline = None, time.monotonic() + 30
            while time.monotonic() < deadline and (wanted is None or len(events) < len(wanted)):
                events += tap.next(0.2)
                wanted = [seq for seq in self.everything("type=event") if seq > base] if len(events) > 10 else None
            tap._socket = socket
        self.assertGreater(sum(dropped), 3)
        self.assertEqual(sorted(event.seq for event in events), wanted)
        self.assertGreater(tap.healed, 0)

    def test_the_recipe_for_exactly_once_has_every_effect_once(self):
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "events.db")
            program = os.path.join(directory, "recipe.py")
            recipe = tidings.__doc__.split("    import sqlite3\n")[1].split("\nThe same with psycopg")[0]
            with open(program, "w", encoding="utf-8") as file:
                file.write("import sys; sys.path.insert(0, %r); import tidings, sqlite3\nkeys = %r\n" % (
                    os.path.dirname(os.path.abspath(tidings.__file__)), self.keys))
                file.write("".join(line[4:] + "\n" for line in recipe.replace("events.db", path).split("\n")))
            self.drop(20, "once")
            wanted, deadline = None, time.monotonic() + 60
            while time.monotonic() < deadline:
                # Killed at any moment, again and again.
                child = subprocess.Popen([sys.executable, program])
                time.sleep(0.6)
                child.kill()
                child.wait()
                with tidings.Feed(self.keys, "type=event", "floor") as feed:
                    ids = []
                    while not feed.is_at_end:
                        ids += [event.id for event in feed.next(0.2)]
                rows = [row[0] for row in sqlite3.connect(path).execute("select id from act")]
                if len(rows) >= len(ids) >= 20:
                    break
            self.assertEqual(sorted(rows), sorted(ids))

    def test_the_program_prints_lines_and_keeps_its_place(self):
        with tempfile.TemporaryDirectory() as directory:
            place = os.path.join(directory, "place.json")

            def run(*arguments):
                return subprocess.run([sys.executable, tidings.__file__, self.keys, *arguments], capture_output=True, text=True)

            self.drop(2, "program")
            first = run("--from", "floor", "--place", place, "--count", "3")
            rest = run("--from", "floor", "--place", place, "--idle", "1")
            lines = (first.stdout + rest.stdout).splitlines()
            self.assertEqual([int(json.loads(line)["sequence"]) for line in lines], list(range(1, len(lines) + 1)))
            self.assertEqual(len(first.stdout.splitlines()), 3)
            wrong = run("--where", "event=SANKTION", "--idle", "1")
            self.assertNotEqual(wrong.returncode, 0)
            self.assertIn("did you mean SANCTION?", wrong.stderr)


if __name__ == "__main__":
    unittest.main()
