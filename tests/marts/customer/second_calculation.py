"""Calculates the marts of schema customer once more, row by row, with exact fractions.

It shares nothing with the models but what their descriptions say. Each function gives what a mart
should have, by the key of its rows.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from scipy import stats

from .conftest import Feeds, Row

Z = 1.959963984540054
SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
HOME = ZoneInfo("Asia/Jakarta")


def local(moment: datetime | None) -> date | None:
    if moment is None:
        return None
    return moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(HOME).date()


def months_before(day: date, months: int) -> date:
    total = day.year * 12 + day.month - 1 - months
    year, month = divmod(total, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(day.day - 1), first_of_next - timedelta(1))


def joined(*texts: str | None, between: str = ", ") -> str | None:
    return between.join(text for text in texts if text) or None


def wilson(successes: int, trials: int) -> tuple[float, float]:
    centre = (successes + Z * Z / 2) / (trials + Z * Z)
    half = Z / (trials + Z * Z) * math.sqrt(successes * (trials - successes) / trials + Z * Z / 4)
    return centre - half, centre + half


@dataclass(frozen=True)
class Document:
    """A sale, or what takes it back; `ordered` is the day of the sale, `day` its own."""

    customer: str | None
    product: str
    ordered: date
    day: date
    is_sale: bool
    net: int
    cost: int | None


@dataclass
class SecondCalculation:
    """The feeds of a company, and what follows from them."""

    feeds: Feeds

    def __post_init__(self) -> None:
        self.documents = list(self._documents())
        self.as_of = max(line["order_date"] for line in self.feeds["sales_line"])
        self.year_ago = months_before(self.as_of, 12)

    def _documents(self) -> Iterable[Document]:
        sales = {
            line["order_id"]: line
            for line in self.feeds["sales_line"]
            if line["document_type"] == "sale"
        }
        for line in self.feeds["sales_line"]:
            root = sales[line.get("original_order_id", line["order_id"])]
            net, cost = line["net_amount"], line["cost_amount"]
            shared = (line["customer_id"], line["product_id"], root["order_date"])
            yield Document(*shared, line["order_date"], root is line, net, cost)
            if day := line.get("cancelled_date"):
                yield Document(*shared, day, False, -net, None if cost is None else -cost)

    def _customer(self, customer: str | None, day: date | None) -> Row:
        """The version of a customer on a day; the latest without one."""
        versions = [row for row in self.feeds["customer"] if row["customer_id"] == customer]
        held = [row for row in versions if day is None or row["valid_from"] <= day]
        return (held or versions[:1] or [{}])[-1]

    # Surveys

    def survey_score(self) -> dict[tuple[Any, ...], Row]:
        answers, invitations = defaultdict(list), defaultdict(list)
        unanswered = set()
        for row in self.feeds["survey_response"]:
            metric = row["metric"].strip().lower()
            answered, invited = local(row["answered_at"]), local(row["invited_at"])
            on_day = self._customer(row["customer_id"], answered or invited)
            segments = {None, row["segment"] or on_day.get("segment")}
            for segment in segments:
                if row["score"] is not None:
                    for period in _periods(answered):
                        answers[metric, segment, *period].append(row["score"])
                if invited:
                    for period in _periods(invited):
                        invitations[metric, segment, *period].append(row["score"] is not None)
            if invited and row["score"] is None:
                unanswered.add(metric)
        scores = {}
        for key in answers.keys() | invitations.keys():
            scores[key] = _score(key[0], answers[key])
            sent = invitations[key]
            scores[key]["invited"] = len(sent)
            scores[key]["response_rate"] = (
                Fraction(sum(sent), len(sent)) if sent and key[0] in unanswered else None
            )
        for (metric, segment, kind, start), row in scores.items():
            before = scores.get(
                (metric, segment, kind, start and months_before(start, _MONTHS[kind]))
            )
            row |= _change(row, before) if start else _change(row, None)
        return scores

    # Complaints

    def _due(self, complaint: Row) -> date:
        due = local(complaint["opened_at"] + timedelta(hours=48))
        assert due
        return due

    def _purchases(self) -> dict[str, dict[date, int]]:
        days: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
        for document in self.documents:
            if document.customer:
                days[document.customer][document.ordered] += document.net
        return days

    def complaint_cause(self) -> dict[tuple[Any, ...], Row]:
        groups = defaultdict(list)
        for complaint in self.feeds["complaint"]:
            opened = local(complaint["opened_at"])
            assert opened
            key = (complaint["cause"], complaint["product_id"], opened.replace(day=1))
            groups[key].append(complaint)
        lost = self._lost()
        found = {}
        for key, complaints in groups.items():
            hours = [
                Fraction(int((c["resolved_at"] - c["opened_at"]).total_seconds()), 3600)
                for c in complaints
                if c["resolved_at"] and c["resolved_at"] >= c["opened_at"]
            ]
            late = sum(1 for c in complaints if not c["resolved_at"] and self._due(c) < self.as_of)
            known = len(hours) + late
            tellable = [c for c in complaints if self._is_tellable(c)]
            amounts = [lost[c["complaint_id"]] for c in tellable if c["complaint_id"] in lost]
            found[key] = {
                "complaints": len(complaints),
                "open_complaints": sum(1 for c in complaints if not c["resolved_at"]),
                "median_hours_to_resolve": median(hours) if hours else None,
                "within_target_share": Fraction(sum(h <= 48 for h in hours), known)
                if known
                else None,
                "customers_lost": len(amounts) if tellable else None,
                "amount_lost": sum(amounts) if tellable else None,
                "complaints_old_enough": len(tellable),
            }
        return found

    def _is_tellable(self, complaint: Row) -> bool:
        opened = local(complaint["opened_at"])
        assert opened
        return bool(complaint["customer_id"]) and opened + timedelta(days=90) < self.as_of

    def _lost(self) -> dict[str, int]:
        """What each lost customer takes along, by the complaint that it counts with."""
        purchases, seen, lost = self._purchases(), set(), {}
        for complaint in sorted(
            self.feeds["complaint"], key=lambda c: (c["opened_at"], c["complaint_id"])
        ):
            customer, opened = complaint["customer_id"], local(complaint["opened_at"])
            assert opened
            days = purchases.get(customer, {})
            has_bought_since = any(day > opened and net > 0 for day, net in days.items())
            year_before = months_before(opened, 12)
            amount = sum(net for day, net in days.items() if year_before < day <= opened)
            if (
                self._is_tellable(complaint)
                and not has_bought_since
                and amount > 0
                and customer not in seen
            ):
                seen.add(customer)
                lost[complaint["complaint_id"]] = amount
        return lost

    def follow_up(self) -> dict[tuple[Any, ...], Row]:
        contacts = defaultdict(list)
        for contact in sorted(
            self.feeds["customer_contact"], key=lambda c: (c["contacted_at"], c["contact_id"])
        ):
            for kind in ("response", "complaint"):
                if subject := contact[f"about_{kind}_id"]:
                    contacts[f"{kind}:{subject}"].append(contact)
        found = {}
        wishes = defaultdict(list)
        for response in self.feeds["survey_response"]:
            if response["wants_contact"]:
                wishes[response["response_id"]].append(response)
        for response_id, rows in wishes.items():
            days = [day for row in rows if (day := local(row["answered_at"]))]
            customers = [row["customer_id"] for row in rows if row["customer_id"]]
            key = f"response:{response_id}"
            found[(key,)] = self._followed(
                min(days, default=None), max(customers, default=None), None, None, None,
                contacts[key],
            )  # fmt: skip
        for complaint in self.feeds["complaint"]:
            key = f"complaint:{complaint['complaint_id']}"
            found[(key,)] = self._followed(
                local(complaint["opened_at"]), complaint["customer_id"],
                local(complaint["resolved_at"]), complaint["owner_participant_id"],
                complaint["outcome"], contacts[key],
            )  # fmt: skip
        return found

    def _followed(
        self,
        opened: date | None,
        customer: str | None,
        resolved: date | None,
        owner: str | None,
        outcome: str | None,
        contacts: list[Row],
    ) -> Row:
        due = opened and opened + timedelta(days=2)
        ends = [local(contacts[0]["contacted_at"])] if contacts else []
        closed = min([end for end in [*ends, resolved] if end], default=None)
        is_late = bool(due and due < self.as_of)
        within = (closed <= due if due else None) if closed else (False if is_late else None)
        told = [contact["outcome"] for contact in contacts if contact["outcome"]]
        return {
            "opened_date": opened,
            "due_date": due,
            "closed_date": closed,
            "within_target": within,
            "is_overdue": False if closed else (is_late if due else None),
            "owner": owner or self._customer(customer, None).get("owner_participant_id"),
            "outcome": outcome or (told[-1] if told else None),
        }

    # Customers at risk

    def save_list(self) -> dict[tuple[Any, ...], Row]:
        purchases = self._purchases()
        customers = {row["customer_id"] for row in self.feeds["complaint"]} | set(purchases)
        customers |= {row["customer_id"] for row in self.feeds["survey_response"]}
        found = {}
        for customer in customers - {None}:
            complaints = [
                row
                for row in self.feeds["complaint"]
                if row["customer_id"] == customer and not row["resolved_at"]
            ]
            scores = [
                (local(row["answered_at"]), row["response_id"], row["score"])
                for row in self.feeds["survey_response"]
                if row["customer_id"] == customer
                and row["metric"] == "NPS"
                and row["answered_at"]
                and row["score"] is not None
                and 0 <= row["score"] <= 10
            ]
            last_day, _, last = max(scores, default=(None, None, None))
            is_detractor = bool(
                last_day and last <= 6 and last_day + timedelta(days=365) > self.as_of
            )
            pace = self._pace(purchases.get(customer, {}))
            if not (complaints or is_detractor or pace["is_falling"]):
                continue
            dues = [self._due(row) for row in complaints]
            if is_detractor and last_day:
                dues.append(last_day + timedelta(days=2))
            if pace.pop("is_falling"):
                dues.append(self.as_of + timedelta(days=7))
                is_falling = True
            else:
                is_falling = False
            withdrawn = self._withdrawn(customer)
            contacts = [
                local(row["contacted_at"])
                for row in self.feeds["customer_contact"]
                if row["customer_id"] == customer
            ]
            found[(customer,)] = pace | {
                "reason": joined(
                    "complaint open" if complaints else None,
                    "detractor" if is_detractor else None,
                    "purchases falling" if is_falling else None,
                ),
                "open_complaints": len(complaints),
                "last_nps_score": last,
                "last_nps_date": last_day,
                "due_date": min(dues),
                "last_contacted_date": max(contacts, default=None),
                "suppressed_because": withdrawn and f"no consent any more for: {withdrawn}",
                "owner_participant_id": self._customer(customer, None).get("owner_participant_id"),
            }
        ordered = sorted(found, key=lambda key: (-found[key]["amount_at_risk"], key))
        for rank, key in enumerate(ordered, start=1):
            found[key]["rank"] = rank
        return found

    def _pace(self, days: dict[date, int]) -> Row:
        bought = Counter[str]()
        for day, net in days.items():
            if net > 0:
                age = (self.as_of - day).days
                bought["recent"] += age < 91
                bought["former"] += 91 <= age < 364
                bought["year before"] += 364 <= age < 455
                bought["earlier"] += age >= 455
                bought["last year"] += day > self.year_ago
        recent, trials = bought["recent"], bought["recent"] + bought["former"]
        chance = sum(
            Fraction(math.comb(trials, hits) * 3 ** (trials - hits), 4**trials)
            for hits in range(recent + 1)
        )
        return {
            "is_falling": chance < Fraction(1, 100)
            and (not bought["earlier"] or recent < bought["year before"]),
            "amount_at_risk": max(0, sum(net for day, net in days.items() if day > self.year_ago)),
            "recent_purchase_days": recent,
            "former_purchase_days": bought["former"],
            "year_before_purchase_days": bought["year before"],
            "observations": bought["last year"],
        }

    def _withdrawn(self, customer: str) -> str | None:
        last: dict[str, bool] = {}
        for row in sorted(self.feeds["consent"], key=lambda row: row["given_at"]):
            if row["customer_id"] == customer:
                last[row["purpose"]] = row["is_given"]
        return joined(*sorted(purpose for purpose, is_given in last.items() if not is_given))

    # Products

    def product_recommendation(self) -> dict[tuple[Any, ...], Row]:
        evidence = {product: self._evidence(product) for product in self._products()}
        margins = [row for row in evidence.values() if row["costed"]]
        company_margin = Fraction(
            sum(row["margin"] for row in margins), sum(row["costed"] for row in margins)
        )
        complaints = sum(row["evidence_complaints"] for row in evidence.values())
        company_complaints = Fraction(complaints, sum(row["lines"] for row in evidence.values()))
        found = {
            (f"product:{product}",): _judge(row, company_margin, company_complaints)
            for product, row in evidence.items()
        }
        return found | self._wishes()

    def _products(self) -> set[str]:
        eighteen = months_before(self.as_of, 18)
        named = {row["product_id"] for row in self.feeds["product"]}
        named |= {d.product for d in self.documents if eighteen < d.day <= self.as_of}
        named |= {c["product_id"] for c in self._complained(lambda c: True)}
        named |= {r["product_id"] for r in self._requested()}
        return named - {None}

    def _complained(self, test: Callable[[Row], bool]) -> list[Row]:
        return [
            row
            for row in self.feeds["complaint"]
            if (local(row["opened_at"]) or self.as_of) > self.year_ago and test(row)
        ]

    def _requested(self) -> list[Row]:
        return [
            row
            for row in self.feeds["customer_request"]
            if row["requested_date"] is None or row["requested_date"] > self.year_ago
        ]

    def _evidence(self, product: str) -> Row:
        of_product = [d for d in self.documents if d.product == product and d.day <= self.as_of]
        half, eighteen = months_before(self.as_of, 6), months_before(self.as_of, 18)
        recent = [d for d in of_product if d.day > half]
        before = [d for d in of_product if eighteen < d.day <= self.year_ago]
        year = [d for d in of_product if d.day > self.year_ago]
        costed = [d for d in year if d.cost is not None]
        net_before = sum(d.net for d in before)
        change = sum(d.net for d in recent) - net_before
        voices = defaultdict(set)
        requests = [r for r in self._requested() if r["product_id"] == product]
        for row in requests:
            voices[row["wish"]].add(row["customer_id"] or row["request_id"])
        [master] = [row for row in self.feeds["product"] if row["product_id"] == product]
        return {
            "trend": Fraction(change, net_before) if net_before > 0 else None,
            "lines_before": sum(d.is_sale for d in before),
            "lines_recent": sum(d.is_sale for d in recent),
            "lines": sum(d.is_sale for d in year),
            "margin": sum(d.net - (d.cost or 0) for d in costed),
            "costed": sum(d.net for d in costed),
            "evidence_requests": len(requests),
            "evidence_complaints": len(self._complained(lambda c: c["product_id"] == product)),
            "voices": {wish: len(voices[wish]) for wish in ("keep", "change", "drop")},
            "transferable": self._transferable(product, master["line"]),
            "is_discontinued": "discontinued_date" in master,
        }

    def _transferable(self, product: str, line: str | None) -> Fraction | None:
        line_of = {row["product_id"]: row["line"] for row in self.feeds["product"]}
        bought = defaultdict(set)
        for document in self.documents:
            if document.is_sale and document.customer and document.day > self.year_ago:
                bought[document.customer].add(document.product)
        buyers = [products for products in bought.values() if product in products]
        if not buyers or line is None:
            return None
        others = [p for p in buyers if any(o != product and line_of[o] == line for o in p)]
        return Fraction(len(others), len(buyers))

    def _wishes(self) -> dict[tuple[Any, ...], Row]:
        themes = defaultdict(list)
        for row in self._requested():
            if row["product_id"] is None and row["wish"] == "add":
                themes[row["theme"] and row["theme"].strip().lower()].append(row)
        found = {}
        for theme, rows in themes.items():
            voices = {row["customer_id"] or row["request_id"] for row in rows}
            places = {row["source"].lower() for row in rows if row["source"]}
            votes = (len(voices) >= 5) + (len(places) >= 2)
            found[(f"add:{theme or ''}",)] = {
                "action": "add" if theme and votes == 2 else None,
                "evidence_requests": len(rows),
                "sources_for_action": votes,
                "evidence_sources": 2,
            }
        return found


_MONTHS = {"month": 1, "quarter": 3}


def _periods(day: date | None) -> list[tuple[str | None, date | None]]:
    if day is None:
        return [(None, None)]
    quarter = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return [("month", day.replace(day=1)), ("quarter", quarter)]


def _score(metric: str, given: list[int]) -> Row:
    low, high = SCALES.get(metric, (-math.inf, math.inf))
    on_scale = [score for score in given if low <= score <= high]
    row: Row = {
        "responses": len(on_scale),
        "off_scale_responses": len(given) - len(on_scale),
        "score": None,
        "score_low": None,
        "score_high": None,
    }
    n = len(on_scale)
    if not n or metric not in SCALES:
        return row
    if metric == "nps":
        promoters = sum(score >= 9 for score in on_scale)
        detractors = sum(score <= 6 for score in on_scale)
        row["score"] = Fraction(promoters - detractors, n)
        p, d = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
        half = Z * math.sqrt((p + d - (p - d) ** 2) / (n + 3))
        if n > 1:
            row["score_low"], row["score_high"] = max(-1, p - d - half), min(1, p - d + half)
    elif metric == "csat":
        pleased = sum(score >= 4 for score in on_scale)
        row["score"] = Fraction(pleased, n)
        row["score_low"], row["score_high"] = wilson(pleased, n)
    else:
        row["score"] = Fraction(sum(on_scale), n)
        if len(set(on_scale)) > 1:
            squares = sum((score - row["score"]) ** 2 for score in on_scale)
            half = stats.t.ppf(0.975, n - 1) * math.sqrt(squares / (n - 1) / n)
            row["score_low"] = max(1, float(row["score"]) - half)
            row["score_high"] = min(7, float(row["score"]) + half)
    return row


def _published(score: Fraction) -> Fraction:
    """The score with nine decimals, half away from zero."""
    units = math.floor(abs(score) * 10**9 + Fraction(1, 2))
    return Fraction(units if score >= 0 else -units, 10**9)


def _change(row: Row, before: Row | None) -> Row:
    if before is None or row["score"] is None or before["score"] is None:
        return {"change": None, "change_low": None, "change_high": None}
    change = _published(row["score"]) - _published(before["score"])
    if row["score_low"] is None or before["score_low"] is None:
        return {"change": change, "change_low": None, "change_high": None}
    below = math.hypot(row["score"] - row["score_low"], before["score_high"] - before["score"])
    above = math.hypot(row["score_high"] - row["score"], before["score"] - before["score_low"])
    return {
        "change": change,
        "change_low": float(change) - below,
        "change_high": float(change) + above,
    }


def _judge(row: Row, company_margin: Fraction, company_complaints: Fraction) -> Row:
    margin = Fraction(row["margin"], row["costed"]) if row["costed"] > 0 else None
    before, recent = row["lines_before"], row["lines_recent"]
    is_falling = (
        row["trend"] is not None
        and row["trend"] <= Fraction(-1, 5)
        and before - recent > Z * math.sqrt(before + recent)
    )
    is_weak = margin is not None and margin < max(0, company_margin / 2)
    voices = row["voices"]
    everyone = sum(voices.values())
    majority = {
        wish for wish, number in voices.items() if number >= 5 and wilson(number, everyone)[0] > 0.5
    }
    complaints, lines = row["evidence_complaints"], row["lines"]
    are_many = (
        complaints >= 5
        and lines > 0
        and wilson(min(complaints, lines), lines)[0] > float(company_complaints)
    )
    votes = is_falling + is_weak + bool(majority & {"change", "drop"}) + are_many
    is_droppable = (
        (is_falling or "drop" in majority)
        and (is_weak or are_many)
        and (row["transferable"] or 0) >= Fraction(1, 2)
        and not majority & {"keep", "change"}
    )
    action = "keep" if votes < 2 else "drop" if is_droppable else "change"
    return {
        "action": None if row["is_discontinued"] else action,
        "sources_for_action": votes,
        "evidence_sources": (row["trend"] is not None)
        + (margin is not None)
        + (everyone > 0)
        + (lines > 0),
        "evidence_sales_trend": row["trend"],
        "evidence_margin_rate": margin,
        "evidence_requests": row["evidence_requests"],
        "evidence_complaints": complaints,
        "evidence_transferable_share": row["transferable"],
    }
