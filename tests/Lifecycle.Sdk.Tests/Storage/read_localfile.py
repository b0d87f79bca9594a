"""Reads every point of a store folder, written from FORMAT.md alone: python3 read_localfile.py FOLDER

Prints one line per point in JSON: [run id, series, attempt, step, milliseconds, bits of the value in hex]; superseded points are left out."""
import json
import re
import struct
import sys
from pathlib import Path

from lifecycle_blocks import block_length, crc32c, decode

MAGIC = b"\x9eLCFR\r\n\x01"


def frames(path):
    data, at = path.read_bytes(), 0
    while (at := data.find(MAGIC, at)) >= 0 and at + 72 <= len(data):
        head = struct.unpack_from("<IIIIqqqqqII", data, at + 8)
        crc, meta_length, blocks_length, meta_crc, sequence, _, order, attempt, _, facts_length, mark_length = head
        if crc32c(data[at + 12:at + 72], crc32c(data[at:at + 8])) != crc:
            at += 1
            continue
        end = at + 72 + meta_length + blocks_length
        meta = data[at + 72:at + 72 + meta_length]
        if end <= len(data) and crc32c(meta) == meta_crc:
            facts = json.loads(meta[:facts_length]) if facts_length else []
            yield sequence, attempt, facts, meta[facts_length + mark_length:], data[at + 72 + meta_length:end]
        at = end


def series(directory, blocks):
    count, at, start = struct.unpack_from("<i", directory)[0], 4, 0
    for _ in range(count):
        key_length, length = struct.unpack_from("<ii", directory, at)
        assert block_length(blocks, start) == length
        yield directory[at + 28:at + 28 + key_length].decode(), blocks[start:start + length]
        at, start = at + 28 + key_length, start + length


def counting_frames(points):
    writers = {}
    for path in points.iterdir():
        if m := re.fullmatch(r"(\w+)\.(\d+)(?:-(\d+))?\.(log|sealed)", path.name):
            writers.setdefault(m[1], []).append((int(m[2]), int(m[3] or 0), path))
    for files in writers.values():
        sealed = [f for f in files if f[1] and not any(o is not f and o[1] and o[0] <= f[0] and f[1] <= o[1] for o in files)]
        for _, _, path in sorted(sealed):
            yield from frames(path)
        for _, _, path in sorted(f for f in files if not f[1]):
            last = {}
            for frame in frames(path):
                if frame[0] > max((s[1] for s in sealed), default=0):
                    last[frame[0]] = frame
            yield from last.values()


def read(root):
    for run in sorted((Path(root) / "runs").iterdir()):
        if run.name.startswith(".") or not (run / "points").is_dir():
            continue
        run_id = (run / "id.txt").read_text().strip() if "+" in run.name else run.name
        all_frames = list(counting_frames(run / "points"))
        resumed = [(f[1], fact["fromStep"]) for f in all_frames for fact in f[2] if fact["fact"] == "resumed" and "fromStep" in fact]
        for _, attempt, _, directory, blocks in all_frames:
            for key, block in series(directory, blocks):
                for step, time, bits in zip(*decode(block)):
                    if not any(later > attempt and step >= from_step for later, from_step in resumed):
                        yield run_id, key, attempt, step, time, "%016x" % bits


if __name__ == "__main__":
    for point in read(sys.argv[1]):
        print(json.dumps(point))
