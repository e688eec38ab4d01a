"""Runs examples/spark.py on a real Spark cluster of two workers on this machine, against the fake vendors.

check.py CONVEXPORT: the binary of the program. The environment says where the fake is.
"""

import json
import os
import runpy
import stat
import subprocess
import sys
import tempfile
from datetime import timezone
from pathlib import Path

CONVEXPORT = Path(sys.argv[1]).resolve()
SCRIPT = Path(__file__).parents[2] / "examples" / "spark.py"
RANGE = ["2026-09-15", "2026-11-21"]

# The program as the workers find it. It fails as it is told: once, with everything written, or always.
WRAPPER = """#!/bin/sh
case "$*" in *--list*) exec {program} "$@" ;; esac
[ -e {folder}/always ] && exit 3
if [ -e {folder}/once ] && rmdir {folder}/once; then
    {program} "$@"
    exit 3
fi
exec {program} "$@"
"""


def wrap(folder):
    """Puts the wrapper on the PATH, which the cluster inherits."""
    wrapper = folder / "bin" / "convexport"
    wrapper.parent.mkdir()
    wrapper.write_text(WRAPPER.format(program=CONVEXPORT, folder=folder), encoding="utf-8")
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    os.environ["PATH"] = f"{wrapper.parent}:{os.environ['PATH']}"


def submit(*args):
    """The script as it is, in the session that there is."""
    sys.argv = ["spark.py", *map(str, args)]
    runpy.run_path(str(SCRIPT), run_name="__main__")


def of_one_machine(*args):
    """The rows that one process writes, in their order."""
    out = subprocess.run([CONVEXPORT, *args, "-f", "messages"], stdout=subprocess.PIPE, check=True, encoding="utf-8")
    rows = [json.loads(line) for line in out.stdout.split("\n") if line]
    return sorted(rows, key=lambda row: (row["conversation_id"], row["seq"]))


def text(value):
    """A time as the program writes it."""
    if not hasattr(value, "astimezone"):
        return value
    return value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def of_parquet(spark, out):
    rows = spark.read.parquet(str(out)).orderBy("conversation_id", "seq").collect()
    return [{name: text(value) for name, value in row.asDict().items()} for row in rows]


def check_equal(spark, out, expected):
    found = of_parquet(spark, out)
    assert len(found) == len(expected), (len(found), len(expected))
    assert found == expected
    assert (out / "_SUCCESS").exists()
    print(f"spark: {len(found)} rows in {out.name}, each once and equal to those of one machine", flush=True)


def check_botpress(spark, folder):
    expected = of_one_machine("botpress")
    # Its first try writes all its rows and fails.
    (folder / "once").mkdir()
    submit("botpress", folder / "botpress")
    assert not (folder / "once").exists(), "a worker failed"
    check_equal(spark, folder / "botpress", expected)

    # More pieces than conversations: most of them are empty.
    few = of_one_machine("botpress", "--limit", "3")
    submit("botpress", folder / "few", "--limit", "3")
    check_equal(spark, folder / "few", few)


def check_boost(spark, folder):
    expected = of_one_machine("boost", "--since", RANGE[0], "--until", RANGE[1], "--timezone", "utc")
    days = {(row["conversation_id"], row["created_at"][:10]) for row in expected if row["role"] == "user"}
    twice = len(days) - len({id for id, _ in days})
    assert twice > 0, "some conversations lie in two days"
    (folder / "once").mkdir()
    submit("boost", folder / "boost", *RANGE)
    assert not (folder / "once").exists(), "a worker failed"
    check_equal(spark, folder / "boost", expected)


def check_failure(folder):
    (folder / "always").mkdir()
    try:
        submit("botpress", folder / "failed")
    except Exception as error:
        assert "code 3" in str(error), error
    else:
        raise AssertionError("the job says it is done")
    left = [path.name for path in (folder / "failed").rglob("*") if path.is_file() and "_temporary" not in path.parts]
    assert left == [], left
    print("spark: a worker that fails for good fails the job, and nothing looks like an export", flush=True)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wrap(folder)
        os.environ["PYSPARK_PYTHON"] = sys.executable
        os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
        # The cluster begins after the environment is made, which it inherits.
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.master("local-cluster[2,1,1024]")
        for key, value in {
            "spark.task.maxFailures": 2,
            "spark.default.parallelism": 6,
            "spark.sql.shuffle.partitions": 2,
            "spark.ui.enabled": False,
            "spark.log.level": "OFF",
            # Snappy, the default, needs a native library that not every machine can load.
            "spark.sql.parquet.compression.codec": "gzip",
        }.items():
            builder = builder.config(key, value)
        spark = builder.getOrCreate()
        try:
            check_botpress(spark, folder)
            check_boost(spark, folder)
            check_failure(folder)
        finally:
            spark.stop()
    print("spark: all is exported")


if __name__ == "__main__":
    main()
