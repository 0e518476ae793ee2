import sys, zmq
tap = zmq.Context().socket(zmq.SUB)
tap.connect(sys.argv[1])
tap.subscribe(sys.argv[2])
while True: print(tap.recv_multipart()[1].decode(), flush=True)
