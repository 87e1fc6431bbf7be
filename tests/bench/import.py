#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# What an import is compared with: reads every .conf of a zip into sections and keys, stores nothing.
import sys
import zipfile

files = 0
with zipfile.ZipFile(sys.argv[1]) as archive:
    for member in archive.infolist():
        sections = []
        for line in archive.read(member).decode().splitlines():
            line = line.split("#", 1)[0].strip()
            if line.startswith("["):
                sections.append((line, {}))
            elif "=" in line:
                key, value = line.split("=", 1)
                sections[-1][1][key.strip()] = value.strip()
        files += 1
print(files)
