"""Exports conversations on the machines of a Spark cluster, into Parquet with one row per message.

spark-submit spark.py botpress OUT [FLAG...]             FLAGs select: they are those of `convexport botpress --list`
spark-submit spark.py boost OUT SINCE UNTIL [FLAG...]    the days from SINCE up to UNTIL, like 2026-01-01 2026-02-01

`convexport` is on the PATH of the driver and of every worker. OUT must not exist: the file _SUCCESS appears in it when
the export is complete.
"""

import os
import subprocess
import sys
from datetime import date, timedelta

from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

SCHEMA = """source STRING, account STRING, conversation_id STRING, conversation_created_at TIMESTAMP, channel STRING,
    title STRING, tags STRING, user_name STRING, seq INT, message_id STRING, created_at TIMESTAMP, role STRING,
    user_id STRING, author STRING, type STRING, text STRING, options STRING, attachments STRING, raw STRING"""
STRICT = {"mode": "FAILFAST"}


def botpress(spark, flags):
    """The driver lists; each worker reads some of the conversations. None is in two lists, so none comes twice."""
    command = ["convexport", "botpress", "--list", "--no-raw", *flags]
    listed = subprocess.run(command, stdout=subprocess.PIPE, check=True, encoding="utf-8")
    listed = [line for line in listed.stdout.split("\n") if line]
    # The command gets only these environment variables.
    names = ["PATH", "BP_TOKEN", "BP_BOT_ID", "BP_API_URL", "HTTPS_PROXY", "NO_PROXY"]
    environment = {name: os.environ[name] for name in names if name in os.environ}
    command = "convexport botpress --conversation - -f messages --concurrency 8"
    # With checkCode, a worker fails when it could not export everything, and Spark tries again.
    lines = spark.sparkContext.parallelize(listed).pipe(command, env=environment, checkCode=True)
    return spark.read.schema(SCHEMA).json(lines, **STRICT)


def boost(spark, since, until, flags):
    """Each worker asks for some of the days. A conversation comes whole with every day it touches; the last counts."""
    since, until = date.fromisoformat(since), date.fromisoformat(until)
    days = [str(since + timedelta(days=number)) for number in range((until - since).days)]

    def export(day):
        end = str(date.fromisoformat(day) + timedelta(days=1))
        window = ["--since", day, "--until", end, "--timezone", "utc"]
        command = ["convexport", "boost", *window, "-f", "messages", *flags]
        with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as process:
            for line in process.stdout:
                yield day, line
        if process.returncode:
            raise RuntimeError(f"convexport ended with {process.returncode}")

    lines = spark.sparkContext.parallelize(days).flatMap(export).toDF("day STRING, line STRING")
    rows = lines.select("day", F.from_json("line", SCHEMA, STRICT).alias("row")).select("day", "row.*")
    last = F.max("day").over(Window.partitionBy("conversation_id"))
    return rows.withColumn("last", last).where("day = last").drop("day", "last")


def main(vendor, out, *args):
    spark = SparkSession.builder.appName("convexport").getOrCreate()
    if vendor == "botpress":
        rows = botpress(spark, args)
    else:
        since, until, *flags = args
        rows = boost(spark, since, until, flags)
    rows.write.parquet(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
