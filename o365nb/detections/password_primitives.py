"""Primitives about passwords: which addresses try them on many accounts. They follow `sign_ins`."""

from __future__ import annotations

PASSWORDS: dict[str, str] = {}

# An hour is cut at the full hour and again at the half, so that no burst hides on a boundary. From the gateway of an
# office or a carrier many people mistype their passwords; but more get in from it than are refused there. A tool that
# changes its address with every few tries is known by its own name.
PASSWORDS["sprays"] = """
    WITH gateways AS (
        SELECT client_ip FROM sign_ins WHERE client_ip IS NOT NULL AND actor IS NOT NULL GROUP BY client_ip
        HAVING count(DISTINCT CASE WHEN result = 'success' THEN actor END)
            > count(DISTINCT CASE WHEN error_code IN ('50126', '50034', '50053', '50056') THEN actor END)
    ),
    failed AS (
        SELECT i.actor, i.client_ip, i.time, epoch(i.time) AS moment, k.tool FROM sign_ins AS i
        LEFT JOIN gateways AS g ON g.client_ip = i.client_ip LEFT JOIN kit_agents AS k ON k.user_agent = i.user_agent
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
    ),
    rounds AS (
        SELECT tool, floor(moment / 3600) AS hour, count(DISTINCT actor) AS accounts FROM failed WHERE tool IS NOT NULL
        GROUP BY tool, floor(moment / 3600)
        HAVING count(DISTINCT actor) >= 10 AND count(DISTINCT client_ip) >= 3
           AND count(*) <= 4 * count(DISTINCT actor)
    ),
    rotating AS (
        SELECT f.client_ip, min(f.time) AS since, max(f.time) AS until, max(r.accounts) AS accounts
        FROM failed AS f JOIN rounds AS r ON r.tool = f.tool AND r.hour = floor(f.moment / 3600) GROUP BY f.client_ip
    )
    SELECT client_ip, min(since) AS since, max(until) AS until, max(accounts) AS accounts,
           CASE WHEN min(many) = 1 THEN ' with other addresses of the same tool' ELSE '' END AS company
    FROM (
        SELECT *, 0 AS many FROM bursts UNION ALL SELECT *, 0 FROM slow UNION ALL SELECT *, 1 FROM rotating
    ) AS every_kind
    GROUP BY client_ip
"""
