"""Follows the feed from its beginning, proves that nothing is missing, and resumes after every fault."""
import json, struct, sys, zmq

endpoint, wanted = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
context, last, epoch = zmq.Context(), 0, None
while True:
    feed = context.socket(zmq.DEALER)
    feed.linger = 0
    feed.connect(endpoint)
    head = {"version": 1, "filter": wanted, "after": last, "epoch": epoch, "credit": 1000, "client": "feed.py"}
    feed.send_multipart([b"SUBSCRIBE", json.dumps(head).encode()])
    while feed.poll(5000):
        kind, head, *bodies = feed.recv_multipart()
        if kind == b"WELCOME":
            welcome = json.loads(head)
            last, epoch = welcome["after"], welcome["epoch"]
        elif kind == b"EVENT":
            seq, prev = struct.unpack(">QQ", head)
            if prev != last:
                break  # something was missed: resume after the last one
            last = seq
            print(bodies[0].decode(), flush=True)
            feed.send_multipart([b"CREDIT", b'{"credit":1}'])
        elif kind == b"HEARTBEAT" and json.loads(head)["last"] != last or kind == b"BYE":
            break
        elif kind == b"REFUSED":
            sys.exit(head.decode())
    feed.close()
