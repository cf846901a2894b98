"""One Spark for the tests of this folder: a local cluster of two executors, each a process of its own."""

import os

import pytest

from o365nb.engine.spark import session
from o365nb.practice import stories

CLUSTER = "local-cluster[2,1,1024]"
#: What makes thousands of tiny questions bearable on two cores, and changes no answer.
_QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
SMALL = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.locality.wait": "0",
    "spark.shuffle.compress": "false",
    "spark.driver.extraJavaOptions": _QUICK,
    "spark.executor.extraJavaOptions": _QUICK,
}
#: Between them they set off most of what any story does; `make spark` asks of every story.
ENOUGH = ("aitm", "device_code", "spray", "token_theft")


def pytest_generate_tests(metafunc):
    if "story" in metafunc.fixturenames:
        metafunc.parametrize("story", stories() if os.environ.get("O365NB_EVERY_STORY") else ENOUGH)


@pytest.fixture(scope="session")
def cluster():
    """The engine's name, once both executors have reported."""
    spark = session(CLUSTER, SMALL)
    work = spark.sparkContext.parallelize(range(8), 8)
    assert work.mapPartitions(lambda _: [os.getppid()]).distinct().count() == 2
    yield CLUSTER
    spark.stop()
