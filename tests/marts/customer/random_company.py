"""Makes up a small company: every feed that the marts of schema customer read, from a seed."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from .conftest import Feeds, Row

FIRST_DAY, LAST_DAY = date(2024, 9, 1), date(2026, 10, 31)
CAUSES = ["late", "broken", "rude", None]
PRODUCTS = ["p0", "p1", "p2", "p3", "p4", "p5", None]
METRICS = {"NPS": (-1, 11), "csat": (0, 6), " Ces": (0, 8), "other": (0, 100)}


class RandomCompany:
    """Draws the feeds one after the other; the same seed gives the same company."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self.customers = [f"c{n}" for n in range(24)]

    def feeds(self) -> Feeds:
        complaints, responses = self._complaints(), self._responses()
        return {
            "sales_line": self._sales(),
            "customer": self._masters(),
            "product": [
                {"product_id": f"p{n}", "line": ["tea", "coffee", None][n % 3]}
                | ({"discontinued_date": "2026-06-30"} if n == 6 else {})
                for n in range(8)
            ],
            "complaint": complaints,
            "survey_response": responses,
            "customer_contact": self._contacts(complaints, responses),
            "consent": self._consents(),
            "customer_request": self._requests(),
        }

    def _some(self, *values: object) -> object:
        return self._chance.choice(values)

    def _moment(self, first: date = date(2025, 1, 1), days: int = 700) -> datetime:
        start = datetime(first.year, first.month, first.day)  # noqa: DTZ001  # UTC, as in the lake
        return start + timedelta(seconds=self._chance.randrange(days * 86400))

    def _sales(self) -> list[Row]:
        lines: list[Row] = []
        for customer in [*self.customers, None]:
            pace = self._chance.choice([4, 7, 14, 40])
            day = FIRST_DAY + timedelta(days=self._chance.randrange(400))
            # Some stop buying some months before the end.
            end = LAST_DAY - timedelta(days=self._chance.choice([0, 0, 60, 120, 250]))
            while (day := day + timedelta(days=self._chance.randrange(1, 2 * pace))) < end:
                lines += self._sale(f"o{len(lines)}", customer, day)
        return lines + self._sale("last", "c0", LAST_DAY)

    def _sale(self, order: str, customer: str | None, day: date) -> list[Row]:
        net = self._chance.randrange(100, 5000)
        cost = self._chance.choice([None, net // 2, net * 4 // 5, net])
        number = self._chance.choice([0, 0, 0, 1, 2, 3, 4, 4, 5])
        # p4 and p5 go out of fashion, and p4 has never brought much.
        if number >= 4 and day > date(2026, 5, 1) and self._chance.random() < 0.7:
            number = 0
        if number == 4:
            cost = net
        shared = {
            "line_number": 1,
            "product_id": f"p{number}",
            "customer_id": customer,
        }
        sold = shared | {
            "order_id": order,
            "document_type": "sale",
            "order_date": day,
            "quantity": 10,
            "net_amount": net,
            "cost_amount": cost,
        }
        fate = self._chance.random()
        back = min(LAST_DAY, day + timedelta(days=self._chance.randrange(120)))
        if fate < 0.08:
            return [sold | {"cancelled_date": back}]
        if fate < 0.2:
            part = self._chance.choice([2, 5, 10])
            returned = {
                "order_id": f"{order}-back",
                "document_type": "return",
                "order_date": back,
                "quantity": -part,
                "net_amount": -(net * part // 10),
                "cost_amount": None if cost is None else -(cost * part // 10),
                "original_order_id": order,
                "original_line_number": 1,
            }
            return [sold, shared | returned]
        return [sold]

    def _masters(self) -> list[Row]:
        return [
            {
                "customer_id": customer,
                "segment": self._some("retail", "office", None),
                "owner_participant_id": self._some("ani", "budi", None),
                "valid_from": valid_from,
            }
            for customer in self.customers[:20]
            for valid_from in [date(2025, 1, 1), date(2026, 3, 1)][: self._chance.choice([1, 2])]
        ]

    def _complaints(self) -> list[Row]:
        rows = []
        for n in range(160):
            opened = self._moment()
            hours = self._chance.choice([1, 20, 47, 48, 49, 200, -3, None, None])
            rows.append(
                {
                    "complaint_id": f"k{n}",
                    "customer_id": self._some(*self.customers, None),
                    "product_id": self._some(*PRODUCTS, "p0", "p0"),
                    "cause": self._some(*CAUSES),
                    "opened_at": opened,
                    "resolved_at": None if hours is None else opened + timedelta(hours=hours),
                    "owner_participant_id": self._some("citra", None),
                    "outcome": self._some("repaid", None, None),
                }
            )
        return rows

    def _responses(self) -> list[Row]:
        rows = []
        for n in range(500):
            metric = self._chance.choice(list(METRICS))
            invited = self._moment()
            answered = invited + timedelta(hours=self._chance.randrange(400))
            has_answer = self._chance.random() < 0.8
            rows.append(
                {
                    "response_id": f"r{n // 2}" if n % 7 == 0 else f"s{n}",
                    "survey_id": "s",
                    "metric": metric,
                    "score": self._chance.randint(*METRICS[metric]) if has_answer else None,
                    "customer_id": self._some(*self.customers, None, None),
                    "segment": self._some(None, None, "school"),
                    "invited_at": invited if metric != "csat" else None,
                    "answered_at": self._some(answered, answered, answered, None)
                    if has_answer
                    else None,
                    "wants_contact": self._some(True, False, None) if has_answer else None,
                }
            )
        return rows

    def _contacts(self, complaints: list[Row], responses: list[Row]) -> list[Row]:
        return [
            {
                "contact_id": f"x{n}",
                "contacted_at": self._moment(),
                "customer_id": self._some(*self.customers, None),
                "about_complaint_id": self._chance.choice(complaints)["complaint_id"]
                if n % 3 == 0
                else None,
                "about_response_id": self._chance.choice(responses)["response_id"]
                if n % 3 == 1
                else None,
                "outcome": self._some("glad", "cross", None),
            }
            for n in range(300)
        ]

    def _consents(self) -> list[Row]:
        return [
            {
                "customer_id": self._some(*self.customers),
                "purpose": self._some("calls", "email", "visits"),
                "given_at": self._moment(),
                "is_given": self._some(True, False),
            }
            for _ in range(80)
        ]

    def _requests(self) -> list[Row]:
        rows = []
        for n in range(240):
            product = self._chance.choice(["p0", "p4", "p4", "p5", "p5", "p7", None, None])
            wish = {"p4": "drop", "p5": "change"}.get(product or "", "keep")
            if product is None or self._chance.random() < 0.2:
                wish = self._chance.choice(["keep", "change", "drop", "add", "add"])
            rows.append(
                {
                    "request_id": f"q{n}",
                    "customer_id": self._some(*self.customers, None),
                    "product_id": product,
                    "wish": wish,
                    "theme": self._some("Big pack", " big pack", "decaf", None),
                    "requested_date": self._some(self._moment().date(), None),
                    "source": self._some("shop", "Shop", "survey", None),
                }
            )
        return rows
