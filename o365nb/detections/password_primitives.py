"""Primitives about passwords: which addresses try them on many accounts. They follow `sign_ins`."""

from __future__ import annotations

PASSWORDS: dict[str, str] = {}

# An hour is cut at the full hour and again at the half, so that no burst hides on a boundary. From the gateway of an
# office or a carrier many people mistype their passwords; but more get in from it than are refused there.
PASSWORDS["sprays"] = """
    WITH gateways AS (
        SELECT client_ip FROM sign_ins WHERE client_ip IS NOT NULL AND actor IS NOT NULL GROUP BY client_ip
        HAVING count(DISTINCT CASE WHEN result = 'success' THEN actor END)
            > count(DISTINCT CASE WHEN error_code IN ('50126', '50034', '50053', '50056') THEN actor END)
    ),
    failed AS (
        SELECT i.actor, i.client_ip, i.time, epoch(i.time) AS moment FROM sign_ins AS i
        LEFT JOIN gateways AS g ON g.client_ip = i.client_ip
        WHERE i.error_code IN ('50126', '50034', '50053', '50056') AND i.client_ip IS NOT NULL AND i.actor IS NOT NULL
          AND g.client_ip IS NULL
    ),
    hours AS (
        SELECT client_ip, actor, moment, time, floor(moment / 3600) AS hour FROM failed
        UNION ALL SELECT client_ip, actor, moment, time, floor((moment + 1800) / 3600) - 0.5 FROM failed
    ),
    bursts AS (
        SELECT client_ip, min(time) AS since, max(time) AS until, count(DISTINCT actor) AS accounts FROM hours
        GROUP BY client_ip, hour
        HAVING count(DISTINCT actor) >= 10 AND count(*) <= 4 * count(DISTINCT actor)
    ),
    slow AS (
        SELECT client_ip, min(time) AS since, max(time) AS until, count(DISTINCT actor) AS accounts FROM failed
        GROUP BY client_ip, CAST(time AS DATE)
        HAVING count(DISTINCT actor) >= 20 AND count(*) <= 25 * count(DISTINCT actor)
    )
    SELECT client_ip, min(since) AS since, max(until) AS until, max(accounts) AS accounts
    FROM (SELECT * FROM bursts UNION ALL SELECT * FROM slow) AS bursts_and_slow GROUP BY client_ip
"""
