#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# What the benchmarks work on. Usage: data.py zip FILE SERVERS | data.py book DIR CONFIGS SERVERS
# The keys are derived from numbers: the same every time, and nobody's.
import base64
import hashlib
import os
import sys
import zipfile


def key(*what):
    return base64.b64encode(hashlib.sha256(repr(what).encode()).digest()).decode()


def conf(account, server):
    """The file of one account for one server, in a provider's usual form."""
    return f"""[Interface]
# Device: Happy Fish
PrivateKey = {key("private", account)}
Address = 10.{64 + account // 250}.{account % 250}.2/32, fc00:bbbb:bbbb:bb01::{account + 1:x}/128
DNS = 10.64.0.1

[Peer]
PublicKey = {key("public", account, server)}
AllowedIPs = 0.0.0.0/0, ::0/0
Endpoint = 198.18.{server // 250}.{server % 250 + 1}:51820
"""


def name(server):
    countries = "se-got de-fra us-nyc nl-ams ch-zrh gb-lon jp-tyo au-syd ca-tor fr-par".split()
    return f"{countries[server % len(countries)]}-wg-{server // len(countries) + 1:03}.conf"


if sys.argv[1] == "zip":
    with zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(int(sys.argv[3])):
            archive.writestr(name(n), conf(0, n))
else:
    for account in range(int(sys.argv[3])):
        directory = os.path.join(sys.argv[2], f"{account:04}")
        os.makedirs(directory)
        for n in range(int(sys.argv[4])):
            with open(os.path.join(directory, name(n)), "w") as file:
                file.write(conf(account, n))
