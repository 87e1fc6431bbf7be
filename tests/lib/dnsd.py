#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A name server for tests: answers from a small file, over UDP and TCP, and writes down who asked.

Usage: dnsd.py ADDRESS ZONE LOG
ZONE has lines "NAME TYPE VALUE [TTL]" with TYPE A, AAAA or CNAME, and lines "NAME !WHAT" with WHAT
one of silent (no answer), servfail, refused, nxdomain, truncate (over UDP, so that TCP is asked).
It is read again for each question. LOG gets a line "FAMILY PROTOCOL SOURCE NAME TYPE" per question.
"""

import ipaddress
import select
import socket
import struct
import sys

TYPES = {"A": 1, "CNAME": 5, "AAAA": 28}
NAMES = {v: k for k, v in TYPES.items()}
RCODES = {"servfail": 2, "nxdomain": 3, "refused": 5}


def read_zone(path):
    records, verdicts = {}, {}
    for line in open(path):
        words = line.split("#")[0].split()
        if not words:
            continue
        name = words[0].lower().rstrip(".")
        if words[1].startswith("!"):
            verdicts[name] = words[1][1:]
        else:
            ttl = int(words[3]) if len(words) > 3 else 60
            records.setdefault(name, []).append((words[1].upper(), words[2], ttl))
    return records, verdicts


def question(packet):
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode("ascii", "replace"))
        at += 1 + packet[at]
    kind, _ = struct.unpack("!HH", packet[at + 1:at + 5])
    return ".".join(labels).lower(), kind, packet[12:at + 5]


def wire_name(name):
    return b"".join(bytes([len(p)]) + p.encode() for p in name.rstrip(".").split(".")) + b"\0"


def answer(packet, zone, tcp):
    name, kind, asked = question(packet)
    records, verdicts = read_zone(zone)
    verdict = verdicts.get(name)
    if verdict == "silent":
        return name, kind, None
    rcode, flags, body, count = RCODES.get(verdict, 0), 0x8580, b"", 0
    if verdict == "truncate" and not tcp:
        flags |= 0x0200
    elif not rcode:
        at, seen = name, set()
        while at in records and at not in seen:
            seen.add(at)
            owner, at = at, None
            for rtype, value, ttl in records[owner]:
                if rtype == "CNAME":
                    data, at = wire_name(value), value.lower().rstrip(".")
                elif TYPES[rtype] == kind:
                    data = ipaddress.ip_address(value).packed
                else:
                    continue
                body += wire_name(owner) + struct.pack(
                    "!HHIH", TYPES[rtype], 1, ttl, len(data)) + data
                count += 1
        if name not in records and verdict is None:
            rcode = RCODES["nxdomain"]
    return name, kind, packet[:2] + struct.pack(
        "!HHHHH", flags | rcode, 1, count, 0, 0) + asked + body


def main():
    address, zone, log = sys.argv[1:]
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    udp = socket.socket(family, socket.SOCK_DGRAM)
    tcp = socket.socket(family, socket.SOCK_STREAM)
    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    for sock in udp, tcp:
        sock.bind((address, 53))
    tcp.listen(8)
    out = open(log, "a", buffering=1)

    def reply(packet, peer, over_tcp):
        name, kind, data = answer(packet, zone, over_tcp)
        out.write("%d %s %s %s %s\n" % (6 if family == socket.AF_INET6 else 4,
                  "tcp" if over_tcp else "udp", peer[0], name, NAMES.get(kind, kind)))
        return data

    while True:
        for sock in select.select([udp, tcp], [], [])[0]:
            try:
                if sock is udp:
                    packet, peer = udp.recvfrom(4096)
                    data = reply(packet, peer, False)
                    if data:
                        udp.sendto(data, peer)
                    continue
                conn, peer = tcp.accept()
                with conn, conn.makefile("rb") as stream:
                    conn.settimeout(2)
                    # One connection may carry several questions.
                    while len(head := stream.read(2)) == 2:
                        packet = stream.read(struct.unpack("!H", head)[0])
                        data = reply(packet, peer, True)
                        if data:
                            conn.sendall(struct.pack("!H", len(data)) + data)
            except (OSError, IndexError, struct.error) as why:
                out.write("bad %s\n" % why)


main()
