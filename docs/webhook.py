"""Verifies webhooks of Tidings (Standard Webhooks 1.0.0). For whpk_ keys it needs the package cryptography.

python3 webhook.py KEY ID TIMESTAMP SIGNATURES <body
"""
import base64, hashlib, hmac, sys, time


def verify(key, headers, body, tolerance=300):
    """Raises ValueError unless one of the signatures is by this key and the request is at most `tolerance` seconds old.

    headers: a mapping with lower-case names; body: the bytes as they came, before any JSON reader.
    """
    stamp = headers["webhook-timestamp"]
    if abs(time.time() - int(stamp)) > tolerance:
        raise ValueError("the request is too old or from the future")
    content = headers["webhook-id"].encode() + b"." + stamp.encode() + b"." + body
    for signature in headers["webhook-signature"].split(" "):
        version, _, value = signature.partition(",")
        if version == "v1" and key.startswith("whsec_"):
            wanted = hmac.new(base64.b64decode(key[6:]), content, hashlib.sha256).digest()
            if hmac.compare_digest(wanted, base64.b64decode(value)):
                return
        elif version == "v1a" and key.startswith("whpk_"):
            from cryptography.exceptions import InvalidSignature
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
            try:
                Ed25519PublicKey.from_public_bytes(base64.b64decode(key[5:])).verify(base64.b64decode(value), content)
                return
            except InvalidSignature:
                pass
    raise ValueError("no signature is by this key")


if __name__ == "__main__":
    names = ["webhook-id", "webhook-timestamp", "webhook-signature"]
    try:
        verify(sys.argv[1], dict(zip(names, sys.argv[2:5])), sys.stdin.buffer.read())
    except ValueError as error:
        sys.exit(str(error))
