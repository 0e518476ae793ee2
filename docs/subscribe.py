import re, sys, zmq
keys = {name: key.encode() for name, key in re.findall(r'(\w+) = "(.*)"', open(sys.argv[2]).read())}
tap = zmq.Context().socket(zmq.SUB)
tap.curve_serverkey, tap.curve_publickey, tap.curve_secretkey = keys["server_key"], keys["public_key"], keys["secret_key"]
tap.connect(sys.argv[1])
tap.subscribe(sys.argv[3])
while True: print(tap.recv_multipart()[1].decode(), flush=True)
