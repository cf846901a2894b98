"""SQL over the tables of one case, on DuckDB in this process or on Spark: one source, equal answers.

    with Engine(case) as engine: ...                              DuckDB, embedded
    with Engine(case, "spark") as engine: ...                     Spark on this machine, or the notebook's own session
    with Engine(case, "spark://host:7077") as engine: ...         a cluster

`dialect` says in which SQL the statements are written and how they are put into Spark's.
"""

from o365nb.engine.duck import PARQUET, DuckDB, connect, write_table
from o365nb.engine.tables import Engine, known_engine

__all__ = ["PARQUET", "DuckDB", "Engine", "connect", "known_engine", "write_table"]
