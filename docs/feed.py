"""Follows the feed from its beginning, proves that nothing is missing, and resumes after every fault."""
import json, re, struct, sys, zmq

endpoint, keys, wanted = sys.argv[1], dict(re.findall(r'(\w+) = "(.*)"', open(sys.argv[2]).read())), " ".join(sys.argv[3:])
context, last, epoch = zmq.Context(), 0, None
while True:
    feed = context.socket(zmq.DEALER)
    feed.linger = 0
    feed.curve_serverkey, feed.curve_publickey, feed.curve_secretkey = (
        keys[name].encode() for name in ("server_key", "public_key", "secret_key"))
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
