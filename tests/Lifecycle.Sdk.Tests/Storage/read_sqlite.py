"""Prints every param and every point of a lifecycle database, written from SCHEMA.md alone: standard library only.

usage: read_sqlite.py lifecycle.db
"""
import pathlib
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import lifecycle_blocks


def main(path):
    db = sqlite3.connect(pathlib.Path(path).resolve().as_uri() + "?mode=ro", uri=True)
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version not in (1, 2):
        raise SystemExit(f"schema version {version}, this reader knows versions 1 and 2")
    out = []
    for run, name, kind, text in db.execute("SELECT run_id, p.name, kind, text FROM params p JOIN runs USING (run_key)"):
        out.append("\t".join(["param", run, name, kind, text.replace("\0", "\\0")]))
    attempts = {}
    for run_key, attempt, from_step in db.execute("SELECT run_key, attempt, from_step FROM attempts WHERE from_step IS NOT NULL"):
        attempts.setdefault(run_key, []).append((attempt, from_step))
    rows = db.execute(
        "SELECT run_key, run_id, s.name, attempt, b.count, data FROM blocks b JOIN series s USING (series_key) JOIN runs USING (run_key)"
        " ORDER BY series_key, first_index")
    for run_key, run, name, attempt, count, data in rows:
        steps, times, values = lifecycle_blocks.decode(data)
        if len(steps) != count:
            raise ValueError(f"block of {name} has {len(steps)} points instead of {count}")
        # Points from the step on that a later attempt continued from are superseded.
        cut = min((step for later, step in attempts.get(run_key, []) if later > attempt), default=None)
        for step, time, bits in zip(steps, times, values):
            if cut is None or step < cut:
                out.append(f"point\t{run}\t{name}\t{step}\t{time}\t{bits:016x}")
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    print("\n".join(out))


main(sys.argv[1])
