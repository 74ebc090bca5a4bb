#!/usr/bin/env python3
"""Pages a process's models out, as the kernel does when memory is short. Usage: evict.py PID
Prints how many MB of resident model files it took away; exit code 77 where that is not allowed here."""
import ctypes
import os
import re
import sys
from pathlib import Path

PROCESS_MADVISE, MADV_PAGEOUT = 440, 21


class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def resident_kb(pid: str) -> int:
    total, is_model = 0, False
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
            is_model = line.endswith((".gguf", ".onnx"))
        elif is_model and line.startswith("Rss:"):
            total += int(line.split()[1])
    return total


def main() -> int:
    pid = sys.argv[1]
    libc = ctypes.CDLL(None, use_errno=True)
    before, handle = resident_kb(pid), os.pidfd_open(int(pid))
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        if line.endswith((".gguf", ".onnx")):
            start, end = (int(x, 16) for x in line.split()[0].split("-"))
            vector = Vector(start, end - start)
            if libc.syscall(PROCESS_MADVISE, handle, ctypes.byref(vector), 1, MADV_PAGEOUT, 0) < 0:
                print(os.strerror(ctypes.get_errno()), file=sys.stderr)
                return 77
    print((before - resident_kb(pid)) // 1024)
    return 0


sys.exit(main())
