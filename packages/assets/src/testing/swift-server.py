"""OpenStack Swift with its S3 API, as small as it gets: one process, one copy, one disk, all on the loopback.

Usage: /usr/bin/python3 swift-server.py FOLDER. Says `ready PORT` when it serves. Needs the Debian package
python3-swift.
"""
import os
import sys
import time

import eventlet

eventlet.monkey_patch()

from eventlet import wsgi  # noqa: E402
from swift.common import utils  # noqa: E402

folder = os.path.abspath(sys.argv[1])
os.makedirs(os.path.join(folder, "disk", "sda"))
utils.SWIFT_CONF_FILE = os.path.join(folder, "swift.conf")
with open(utils.SWIFT_CONF_FILE, "w") as conf:
    conf.write("[swift-hash]\nswift_hash_path_suffix = s\nswift_hash_path_prefix = p\n")
    conf.write("[storage-policy:0]\nname = only\ndefault = yes\n")

# what reads that file when it is imported comes after it
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.wsgi import loadapp  # noqa: E402

STORAGE = """
[DEFAULT]
swift_dir = {folder}
devices = {folder}/disk
mount_check = false
disable_fallocate = true
fallocate_reserve = 0
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""
PROXY = """
[DEFAULT]
swift_dir = {folder}
[pipeline:main]
pipeline = catch_errors listing_formats bulk s3api tempauth slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:bulk]
use = egg:swift#bulk
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:slo]
use = egg:swift#slo
"""


class Cache:
    """In place of memcached: the checks of access want one."""

    def __init__(self):
        self.values = {}

    def get(self, key, **_):
        value, until = self.values.get(key, (None, None))
        return value if until is None or time.time() < until else None

    def set(self, key, value, **options):
        seconds = options.get("time") or 0
        self.values[key] = (value, time.time() + seconds if seconds else None)

    def delete(self, key, **_):
        self.values.pop(key, None)

    def incr(self, key, delta=1, **options):
        self.set(key, (self.get(key) or 0) + delta, **options)
        return self.get(key)


def load(name, text):
    path = os.path.join(folder, name + ".conf")
    with open(path, "w") as conf:
        conf.write(text)
    return loadapp(path)


def serve(socket, app):
    return eventlet.spawn(wsgi.server, socket, app, log_output=False, socket_timeout=60)


sockets = {kind: eventlet.listen(("127.0.0.1", 0)) for kind in ("account", "container", "object")}
for kind, socket in sockets.items():
    ring = RingBuilder(1, 1, 0)
    ring.add_dev({
        "id": 0, "region": 1, "zone": 1, "weight": 1, "device": "sda",
        "ip": "127.0.0.1", "port": socket.getsockname()[1],
    })
    ring.rebalance()
    ring.get_ring().save(os.path.join(folder, kind + ".ring.gz"))
for kind, socket in sockets.items():
    serve(socket, load(kind, STORAGE.format(folder=folder, kind=kind)))

cache = Cache()
proxy = load("proxy", PROXY.format(folder=folder))


def front(env, start_response):
    env["swift.cache"] = cache
    return proxy(env, start_response)


public = eventlet.listen(("127.0.0.1", 0))
print("ready", public.getsockname()[1], flush=True)
serve(public, front).wait()
