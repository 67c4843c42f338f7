"""The files that `niaga init` writes into a new workspace."""

from __future__ import annotations

SETTINGS = """\
# yaml-language-server: $schema=schemas/niaga.json

# The company's name, as printed on statements.
company: {company}

# ISO 4217 code of the company's currency.
currency: {currency}

# Decimals in which the sources state money, 0 to 6. Leave it out for the currency's own.
money_scale: {money_scale}

# IANA name of the zone in which the sources state local time.
time_zone: {time_zone}

# When `niaga serve` runs the night, by the clock of that zone.
nightly_at: "01:30"

# How many publications are kept to roll back to, the current one included.
keep_publications: 3

# After how many days `niaga prune` removes what nothing needs any more.
# retention: {{superseded_days: 365, rejected_days: 90, log_days: 90}}

# Where several machines share this workspace: the URL of a PostgreSQL database.
# state: postgresql://niaga@database.example.com/niaga

# Who is told when a night fails, a file or rows are held back, a source is late. Try it by
# `niaga notify --test`. A secret is the environment variable that has it.
# notifications:
#   - {{to: webhook, url: "https://hooks.slack.com/services/${{SLACK_HOOK}}"}}
#   - to: email
#     addresses: [sales-data@example.com]
#     from: niaga@example.com
#     server: smtp.example.com
#     user: niaga
#     password: ${{SMTP_PASSWORD}}
"""

SOURCE = """\
# yaml-language-server: $schema=../schemas/source.json

# One export layout of one system. Rename this file to sales.yml and fit it to your export.
source: sales
title: Sales lines of the ERP

exports:
  # The part's name is the name of the relation in the SQL below.
  lines:
    # `*` stands for any text, {date:%Y-%m} for the business date (a month: its last day).
    file: "sales_{date:%Y-%m}.csv"
    format: {type: csv, delimiter: ",", quote: '"', encoding: utf-8, header: yes}

# How the export writes numbers and dates.
locale: {decimal: ".", thousands: ",", date: "%Y-%m-%d", timestamp: "%Y-%m-%d %H:%M:%S"}

# When exports should come, or niaga warns. Left out, their own history says what is usual.
# expected: monthly on 5

# With a larger share of faulty rows than this the whole file is held back.
reject_above: 5%

# DuckDB SQL over the parts, one select for each feed. Text is parsed by the locale above.
feeds:
  sales_line: |
    select
        _row_number,
        "Order" as order_id,
        "Line" as line_number,
        'sale' as document_type,
        "Date" as order_date,
        "Rep" as sales_rep_id,
        "Product" as product_id,
        "Quantity" as quantity,
        "Net" as net_amount
    from lines
"""

PLAN = """\
# yaml-language-server: $schema=../schemas/plan.json

# The smallest useful plan. Rename this file to field-sales.yml and fit it to your terms.
plan: field-sales
currency: {currency}
from: 2026-01-01
components:
  commission:
    rate: 5%
"""

GITIGNORE = """\
# The settings, sources and plans of a workspace belong into git; its data does not.
/archive/
/lake/
/landing/
/ledger/
/published/
/quarantine/
/rejected/
/warehouse/
/state.db*
/status.html
"""
