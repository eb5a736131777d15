"""The views of the CRM database: what each department asks, answered by one SELECT each.

A view stores nothing. It looks back from the day in the table ``as_of``: what came later is not
seen. ``DAYS(a, b)`` in the text below stands for the days from a to b, which every engine writes
in its own way; all else is the SQL that the three engines share.
"""

import re

from crmlab import _checks
from crmlab.crm.schema import ENGINES

#: Name: the question, and the SELECT. A view may use those above it.
VIEWS: dict[str, tuple[str, str]] = {
    "open_items": ("What is open of each invoice?", """
SELECT i.invoice_id, i.customer_id, i.invoiced, i.due, i.amount,
       ROUND(COALESCE(p.paid, 0), 2) AS paid,
       ROUND(COALESCE(n.noted, 0), 2) AS credited,
       ROUND(i.amount - COALESCE(p.paid, 0) - COALESCE(n.noted, 0), 2) AS open,
       DAYS(i.due, a.day) AS days_overdue, p.last_paid
FROM as_of a
JOIN invoices i ON i.invoiced <= a.day
LEFT JOIN (SELECT p.invoice_id, SUM(p.amount) AS paid, MAX(p.paid) AS last_paid
           FROM payments p JOIN as_of a ON p.paid <= a.day GROUP BY p.invoice_id) p
  ON p.invoice_id = i.invoice_id
LEFT JOIN (SELECT n.invoice_id, SUM(n.amount) AS noted
           FROM credit_notes n JOIN as_of a ON n.noted <= a.day GROUP BY n.invoice_id) n
  ON n.invoice_id = i.invoice_id
"""),
    "profile": ("Who is the customer?", """
SELECT c.customer_id, c.segment, c.region, c.channel, c.acquired,
       DAYS(c.acquired, a.day) AS days_as_customer,
       COALESCE(p.contacts, 0) AS contacts, COALESCE(r.referred, 0) AS referred
FROM as_of a
JOIN customers c ON c.acquired <= a.day
LEFT JOIN (SELECT customer_id, COUNT(*) AS contacts FROM contacts
           WHERE erased IS NULL GROUP BY customer_id) p ON p.customer_id = c.customer_id
LEFT JOIN (SELECT c.referred_by, COUNT(*) AS referred FROM customers c
           JOIN as_of a ON c.acquired <= a.day GROUP BY c.referred_by) r
  ON r.referred_by = c.customer_id
"""),
    "consumption": ("What does the customer buy?", """
SELECT p.customer_id, COUNT(o.order_id) AS orders,
       ROUND(COALESCE(SUM(o.amount), 0), 2) AS revenue,
       ROUND(COALESCE(SUM(o.amount - o.cost), 0), 2) AS margin,
       COUNT(o.order_id) FILTER (WHERE DAYS(o.ordered, a.day) < 365) AS orders_year,
       ROUND(COALESCE(SUM(o.amount) FILTER (WHERE DAYS(o.ordered, a.day) < 365), 0), 2)
         AS revenue_year,
       ROUND(COALESCE(SUM(o.amount - o.cost)
                      FILTER (WHERE DAYS(o.ordered, a.day) < 365), 0), 2) AS margin_year,
       COUNT(o.order_id) FILTER (WHERE DAYS(o.ordered, a.day) BETWEEN 365 AND 729)
         AS orders_year_before,
       COUNT(DISTINCT o.product) AS products,
       MIN(o.ordered) AS first_order, MAX(o.ordered) AS last_order
FROM as_of a
JOIN profile p ON 1 = 1
LEFT JOIN orders o ON o.customer_id = p.customer_id AND o.ordered <= a.day
GROUP BY p.customer_id
"""),
    "satisfaction": ("Is the customer satisfied?", """
SELECT p.customer_id, s.asked, s.satisfaction,
       COALESCE(t.complaints_year, 0) AS complaints_year,
       COALESCE(t.open_tickets, 0) AS open_tickets,
       t.handled_well, t.handled_badly
FROM profile p
LEFT JOIN (SELECT w.customer_id, w.asked, AVG(w.points) AS satisfaction
           FROM answers w
           JOIN (SELECT w.customer_id, MAX(w.asked) AS asked FROM answers w
                 JOIN as_of a ON w.asked <= a.day
                 WHERE w.question LIKE 'satisfaction%' GROUP BY w.customer_id) l
             ON l.customer_id = w.customer_id AND l.asked = w.asked
           WHERE w.question LIKE 'satisfaction%'
           GROUP BY w.customer_id, w.asked) s ON s.customer_id = p.customer_id
LEFT JOIN (SELECT t.customer_id,
                  COUNT(*) FILTER (WHERE t.kind = 'complaint' AND DAYS(t.opened, a.day) < 365)
                    AS complaints_year,
                  COUNT(*) FILTER (WHERE t.closed IS NULL OR t.closed > a.day) AS open_tickets,
                  COUNT(*) FILTER (WHERE t.satisfied = 'yes' AND t.closed <= a.day)
                    AS handled_well,
                  COUNT(*) FILTER (WHERE t.satisfied = 'no' AND t.closed <= a.day)
                    AS handled_badly
           FROM tickets t JOIN as_of a ON t.opened <= a.day GROUP BY t.customer_id) t
  ON t.customer_id = p.customer_id
"""),
    "loyalty": ("Does the customer stay, and does it speak for us?", """
SELECT p.customer_id, c.orders_year, c.orders_year_before, p.referred,
       w.loyalty, w.recommend, w.share_of_wallet
FROM profile p
JOIN consumption c ON c.customer_id = p.customer_id
LEFT JOIN (SELECT w.customer_id,
                  AVG(w.points) FILTER (WHERE w.question LIKE 'loyalty%') AS loyalty,
                  MAX(w.points) FILTER (WHERE w.question = 'recommend') AS recommend,
                  MAX(w.points) FILTER (WHERE w.question = 'share_of_wallet') AS share_of_wallet
           FROM answers w
           JOIN (SELECT w.customer_id, MAX(w.asked) AS asked FROM answers w
                 JOIN as_of a ON w.asked <= a.day GROUP BY w.customer_id) l
             ON l.customer_id = w.customer_id AND l.asked = w.asked
           GROUP BY w.customer_id) w ON w.customer_id = p.customer_id
"""),
    "arrears": ("What does the customer owe, and since when?", """
SELECT p.customer_id,
       ROUND(COALESCE(i.open, 0), 2) AS open,
       ROUND(COALESCE(i.not_due, 0), 2) AS not_due,
       ROUND(COALESCE(i.days_1_30, 0), 2) AS days_1_30,
       ROUND(COALESCE(i.days_31_60, 0), 2) AS days_31_60,
       ROUND(COALESCE(i.days_61_90, 0), 2) AS days_61_90,
       ROUND(COALESCE(i.days_over_90, 0), 2) AS days_over_90,
       i.oldest_days,
       ROUND(COALESCE(u.on_account, 0), 2) AS on_account
FROM profile p
LEFT JOIN (SELECT customer_id, SUM(open) AS open,
                  SUM(open) FILTER (WHERE days_overdue <= 0) AS not_due,
                  SUM(open) FILTER (WHERE days_overdue BETWEEN 1 AND 30) AS days_1_30,
                  SUM(open) FILTER (WHERE days_overdue BETWEEN 31 AND 60) AS days_31_60,
                  SUM(open) FILTER (WHERE days_overdue BETWEEN 61 AND 90) AS days_61_90,
                  SUM(open) FILTER (WHERE days_overdue > 90) AS days_over_90,
                  MAX(days_overdue) FILTER (WHERE days_overdue > 0) AS oldest_days
           FROM open_items WHERE open > 0 GROUP BY customer_id) i
  ON i.customer_id = p.customer_id
LEFT JOIN (SELECT customer_id, SUM(amount) AS on_account FROM (
             SELECT p.customer_id, p.amount FROM payments p JOIN as_of a ON p.paid <= a.day
             WHERE p.invoice_id IS NULL
             UNION ALL
             SELECT customer_id, -open FROM open_items WHERE open < 0) x
           GROUP BY customer_id) u ON u.customer_id = p.customer_id
"""),
    "credit": ("May the customer buy on invoice, and up to what?", """
SELECT p.customer_id, d.grade, d.credit_limit, r.open AS exposure,
       ROUND(d.credit_limit - r.open, 2) AS headroom,
       h.invoices_paid, h.days_late, h.paid_on_time, d.blocked
FROM profile p
JOIN arrears r ON r.customer_id = p.customer_id
LEFT JOIN (SELECT d.* FROM credit_decisions d JOIN as_of a ON d.decided <= a.day) d
  ON d.customer_id = p.customer_id
LEFT JOIN (SELECT customer_id, COUNT(*) AS invoices_paid,
                  AVG(1.0 * DAYS(due, last_paid)) AS days_late,
                  1.0 * COUNT(*) FILTER (WHERE last_paid <= due) / COUNT(*) AS paid_on_time
           FROM open_items WHERE open <= 0 AND last_paid IS NOT NULL
           GROUP BY customer_id) h ON h.customer_id = p.customer_id
"""),
    "blacklist": ("To whom do we sell for cash only?", """
SELECT r.customer_id,
       CASE WHEN c.blocked THEN 'decision' ELSE 'overdue' END AS because,
       r.days_over_90, r.on_account, r.oldest_days
FROM arrears r
JOIN credit c ON c.customer_id = r.customer_id
WHERE c.blocked OR r.days_over_90 > r.on_account
"""),
    "churn": ("Has the customer left without a word?", """
SELECT customer_id, orders, last_order, days_silent, usual_gap,
       CASE WHEN orders < 3 THEN 'too few orders'
            WHEN days_silent > 365 OR days_silent > 6 * usual_gap THEN 'lost'
            WHEN days_silent > 3 * usual_gap THEN 'silent'
            ELSE 'active' END AS state
FROM (SELECT c.customer_id, c.orders, c.last_order,
             DAYS(c.last_order, a.day) AS days_silent,
             CASE WHEN c.orders > 1
                  THEN 1.0 * DAYS(c.first_order, c.last_order) / (c.orders - 1)
                  END AS usual_gap
      FROM as_of a JOIN consumption c ON 1 = 1) g
"""),
    "classes": ("Which customers carry the margin of the year?", """
SELECT customer_id, margin_year, place, share_so_far,
       CASE WHEN margin_year <= 0 THEN 'none'
            WHEN share_before < 0.8 THEN 'A'
            WHEN share_before < 0.95 THEN 'B'
            ELSE 'C' END AS class
FROM (SELECT customer_id, margin_year, ROW_NUMBER() OVER w AS place,
             1.0 * SUM(gain) OVER w / NULLIF(SUM(gain) OVER (), 0) AS share_so_far,
             1.0 * (SUM(gain) OVER w - gain) / NULLIF(SUM(gain) OVER (), 0) AS share_before
      FROM (SELECT customer_id, margin_year,
                   CASE WHEN margin_year > 0 THEN margin_year ELSE 0 END AS gain
            FROM consumption) g
      WINDOW w AS (ORDER BY margin_year DESC, customer_id
                   ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)) s
"""),
    "accounts": ("Who looks after the customer, and is it a key account?", """
SELECT k.customer_id, l.rep, k.class, k.margin_year,
       CASE WHEN k.place <= 30 THEN 1 ELSE 0 END AS key_account,
       p.contacts, s.open_tickets, r.days_over_90
FROM classes k
JOIN profile p ON p.customer_id = k.customer_id
JOIN satisfaction s ON s.customer_id = k.customer_id
JOIN arrears r ON r.customer_id = k.customer_id
LEFT JOIN (SELECT l.customer_id, MAX(l.rep) AS rep FROM leads l
           JOIN as_of a ON l.closed <= a.day
           WHERE l.outcome = 'won' GROUP BY l.customer_id) l ON l.customer_id = k.customer_id
"""),
}  # fmt: skip

_DAYS = re.compile(r"DAYS\(([\w.]+), ([\w.]+)\)")
_IN_DAYS = {
    "duckdb": r"(\2 - \1)",
    "postgresql": r"(\2 - \1)",
    "sqlite": r"CAST(julianday(\2) - julianday(\1) AS INTEGER)",
}


def view_sql(name: str, engine: str = "duckdb") -> str:
    """Return the SELECT behind a view of the CRM database (视图).

    Parameters
    ----------
    name : str
        One of the views: open_items, profile, consumption, satisfaction, loyalty, arrears,
        credit, blacklist, churn, classes, accounts.
    engine : {"duckdb", "sqlite", "postgresql"}
        Whose way to count days.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If there is no such view or engine.

    Examples
    --------
    >>> print(view_sql("blacklist"))
    SELECT r.customer_id,
           CASE WHEN c.blocked THEN 'decision' ELSE 'overdue' END AS because,
           r.days_over_90, r.on_account, r.oldest_days
    FROM arrears r
    JOIN credit c ON c.customer_id = r.customer_id
    WHERE c.blocked OR r.days_over_90 > r.on_account
    """
    _checks.choice(name, "name", VIEWS)
    _checks.choice(engine, "engine", ENGINES)
    return _DAYS.sub(_IN_DAYS[engine], VIEWS[name][1].strip())
