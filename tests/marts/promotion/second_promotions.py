"""What promotions changed, calculated a second time: record by record, from what the docs say.

Shares no code with the product. Amounts are fractions; only square roots are not exact.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

Record = dict[str, Any]

# Printed tables: 97.5% quantiles of Student's distribution for 5 to 12 degrees of freedom.
STUDENT = dict(zip(range(5, 13), (2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010, 2.1788),
                   strict=True))  # fmt: skip


@dataclass(frozen=True)
class Document:
    """A sale, or what takes it back, which counts on the day of its order."""

    record: Record
    sale: Record
    day: date
    ordered: date
    quantity: Fraction
    net: Fraction
    margin: Fraction | None

    @property
    def promotion_id(self) -> str | None:
        return self.sale.get("promotion_id")

    @property
    def is_sale(self) -> bool:
        return self.record is self.sale and self.quantity > 0

    @property
    def discount(self) -> Fraction | None:
        """Of a return the part of the sale's that its amount is of the sale's."""
        sale = self.sale
        if sale.get("discount_amount") is not None:
            whole = Fraction(sale["discount_amount"])
        elif sale.get("unit_price") is not None:
            whole = Fraction(sale["unit_price"]) * Fraction(sale["quantity"])
            whole -= Fraction(sale["net_amount"])
        else:
            return None
        return whole * self.net / Fraction(sale["net_amount"])


def documents(lines: list[Record]) -> list[Document]:
    sales = {
        (line["order_id"], line["line_number"]): line
        for line in lines
        if line["document_type"] == "sale"
    }
    found = []
    for line in lines:
        is_sale = line["document_type"] == "sale"
        own = "" if is_sale else "original_"
        sale = sales[line[f"{own}order_id"], line[f"{own}line_number"]]
        ordered = date.fromisoformat(sale["order_date"])
        day = date.fromisoformat(line["order_date"])
        quantity, net = Fraction(line["quantity"]), Fraction(line["net_amount"])
        cost = line["cost_amount"]
        margin = None if cost is None else net - Fraction(cost)
        found.append(Document(line, sale, day, ordered, quantity, net, margin))
        if line.get("cancelled_date"):
            gone = date.fromisoformat(line["cancelled_date"])
            minus = None if margin is None else -margin
            found.append(Document(line, sale, gone, ordered, -quantity, -net, minus))
    return found


class Scope:
    """Words of a scope, taken apart."""

    def __init__(self, text: str | None) -> None:
        self.ids: dict[str, set[str]] = {}
        for part in (text or "").lower().split(";"):
            kind, colon, ids = part.partition(":")
            if colon:
                kind = kind.strip().replace("product line", "product_line")
                self.ids[kind] = {one.strip() for one in ids.split(",")}

    def holds(self, kind: str, value: str | None) -> bool:
        return kind not in self.ids or (value or "").lower() in self.ids[kind]


@dataclass
class Promotion:
    promotion_id: str
    start: date | None
    end: date | None
    scope: Scope
    products: set[str]
    campaign_id: str | None
    fixed: Fraction

    @property
    def until(self) -> date:
        return self.end or date.max

    @property
    def length(self) -> int:
        """Days of the windows: its own, up to whole weeks."""
        assert self.start
        assert self.end
        return 7 * math.ceil(((self.end - self.start).days + 1) / 7)


@dataclass
class Window:
    before: list[date]
    during: list[date]

    def touches(self, other: Promotion) -> bool:
        """Whether the other holds on some of its days, but not on all between its ends."""
        assert other.start
        holds = any(other.start <= day <= other.until for day in self.before + self.during)
        return holds and not (other.start <= self.before[0] and other.until >= self.during[-1])

    def holds_during(self, other: Promotion) -> bool:
        assert other.start
        return self.touches(other) and any(other.start <= day <= other.until for day in self.during)


def days(first: date, number: int) -> list[date]:
    return [first + timedelta(days=ahead) for ahead in range(number)]


class Promotions:
    def __init__(self, feeds: dict[str, list[Record]]) -> None:
        self.documents = documents(feeds["sales_line"])
        self.ordered_on: dict[date, list[Document]] = defaultdict(list)
        for document in self.documents:
            self.ordered_on[document.ordered].append(document)
        self.first = min(document.day for document in self.documents)
        self.as_of = max(date.fromisoformat(line["order_date"]) for line in feeds["sales_line"])
        worth: dict[str, list[Fraction]] = {}
        for document in self.documents:
            sums = worth.setdefault(document.record["product_id"], [Fraction(0), Fraction(0)])
            sums[0] += document.net
            sums[1] += document.quantity
        self.price = {product: net / quantity for product, (net, quantity) in worth.items()}
        lines = {record["product_id"]: record["line"] for record in feeds["product"]}
        self.all = [self._read(record, lines) for record in self._named(feeds["promotion"])]

    def _named(self, records: list[Record]) -> Iterable[Record]:
        yield from records
        known = {record["promotion_id"] for record in records}
        for name in sorted({d.promotion_id for d in self.documents if d.promotion_id} - known):
            yield {"promotion_id": name}

    def _read(self, record: Record, lines: dict[str, str | None]) -> Promotion:
        name = record["promotion_id"]
        under = [d for d in self.documents if d.promotion_id == name and d.is_sale]
        scope = Scope(record.get("scope"))
        products = {
            product
            for product, line in lines.items()
            if product in scope.ids.get("product", ())
            or (line or "").lower() in scope.ids.get("product_line", ())
        }
        start = record.get("start_date")
        end = record.get("end_date")
        return Promotion(
            name,
            date.fromisoformat(start) if start else min((d.ordered for d in under), default=None),
            date.fromisoformat(end) if end else None,
            scope,
            products or {d.record["product_id"] for d in under},
            record.get("campaign_id"),
            Fraction(record.get("fixed_cost_amount") or 0),
        )

    def _sum(
        self, promotion: Promotion, on: list[date], products: set[str] | None,
        value: Callable[[Document], Fraction | None], barred: frozenset[str] = frozenset(),
    ) -> Fraction:  # fmt: skip
        return sum(
            (
                value(d) or Fraction(0)
                for day in on
                for d in self.ordered_on[day]
                if (products is None or d.record["product_id"] in products)
                and d.record["product_id"] not in barred
                and promotion.scope.holds("channel", d.sale.get("channel_id"))
                and promotion.scope.holds("territory", d.sale.get("territory_id"))
            ),
            Fraction(0),
        )

    def _others(self, promotion: Promotion) -> list[Promotion]:
        return [other for other in self.all if other is not promotion and other.start]

    def _rivals(self, promotion: Promotion, window: Window) -> list[Promotion]:
        return [
            other
            for other in self._others(promotion)
            if other.products & promotion.products and window.touches(other)
        ]

    def _free(self, promotion: Promotion, window: Window) -> list[date]:
        """Days before the window without another promotion of the same products."""
        rivals = self._rivals(promotion, window)
        return [day for day in window.before if not any(r.start <= day <= r.until for r in rivals)]

    def _compare(self, promotion: Promotion, window: Window) -> dict[str, Any]:
        """Quantities and margins before and during, and how the rest moved (None: unknown)."""
        free = self._free(promotion, window)
        barred = set(promotion.products)
        for other in self._others(promotion):
            if window.touches(other):
                barred |= other.products

        def worth(on: list[date]) -> Fraction:
            return self._sum(
                promotion, on, None,
                lambda d: d.quantity * self.price[d.record["product_id"]], frozenset(barred),
            )  # fmt: skip

        def treated(on: list[date], value: Callable[[Document], Fraction | None]) -> Fraction:
            return self._sum(promotion, on, promotion.products, value)

        result: dict[str, Any] = {"free": len(free)}
        for name, on in (("before", free), ("during", window.during)):
            result["quantity", name] = treated(on, lambda d: d.quantity)
            result["margin", name] = treated(on, lambda d: d.margin)
            result["unknown", name] = treated(on, lambda d: Fraction(d.margin is None))
        control = worth(free), worth(window.during)
        usable = result["quantity", "before"] > 0 and min(control) > 0
        result["movement"] = control[1] / control[0] if usable else None
        return result

    def _chance(self, promotion: Promotion) -> tuple[int, float | None]:
        """How many earlier windows there are, and how far chance moves the estimate."""
        assert promotion.start
        assert promotion.end
        length = promotion.length
        own = (promotion.end - promotion.start).days + 1
        chosen = []
        for number in range(1, 53):
            first = promotion.start - timedelta(days=number * length)
            window = Window(days(first - timedelta(days=length), length), days(first, own))
            if window.before[0] < self.first:
                break
            rivals = self._rivals(promotion, window)
            if any(window.holds_during(rival) for rival in rivals):
                continue
            if 2 * len(self._free(promotion, window)) >= length:
                chosen.append(window)
        effects = []
        for window in chosen[:12]:
            seen = self._compare(promotion, window)
            if seen["movement"] is not None:
                expected = seen["quantity", "before"] * seen["movement"]
                effects.append(float(seen["quantity", "during"] / expected - 1))
        if len(effects) < 5:
            return len(effects), None
        spread = math.sqrt(sum(effect * effect for effect in effects) / len(effects))
        return len(effects), STUDENT[len(effects)] * spread

    def result(self, promotion: Promotion) -> dict[str, Any]:
        """The row of the mart, without its texts."""
        row: dict[str, Any] = dict.fromkeys(
            ("baseline_quantity", "incremental_quantity", "incremental_quantity_low",
             "incremental_quantity_high", "pulled_forward_amount", "incremental_margin_amount",
             "roi", "roi_low", "roi_high", "actual_quantity", "cost_amount")
        )  # fmt: skip
        row["verdict"] = "unclear"
        under = [d for d in self.documents if d.promotion_id == promotion.promotion_id]
        if all(d.discount is not None for d in under):
            row["cost_amount"] = promotion.fixed + sum(d.discount or 0 for d in under)
        if promotion.start is None or promotion.start > self.as_of:
            return row
        until = min(promotion.until, self.as_of)
        during = days(promotion.start, (until - promotion.start).days + 1)
        row["actual_quantity"] = self._sum(
            promotion, during, promotion.products, lambda d: d.quantity
        )
        if promotion.end is None or promotion.end > self.as_of:
            return row
        length = promotion.length
        window = Window(days(promotion.start - timedelta(days=length), length), during)
        own = self._compare(promotion, window)
        if (
            window.before[0] < self.first
            or any(window.holds_during(rival) for rival in self._rivals(promotion, window))
            or 2 * own["free"] < length
            or own["movement"] is None
        ):
            return row
        row["observations"], chance = self._chance(promotion)
        self._estimate(row, promotion, own, self._after(promotion, window), chance)
        return row

    def _after(self, promotion: Promotion, window: Window) -> tuple[Fraction, Fraction] | None:
        """What was expected in the weeks after and what came; None where it can't be told."""
        assert promotion.end
        length = promotion.length
        if promotion.end + timedelta(days=length) > self.as_of:
            return None
        after = Window(window.before, days(promotion.end + timedelta(days=1), length))
        if any(after.holds_during(rival) for rival in self._rivals(promotion, after)):
            return None
        seen = self._compare(promotion, after)
        if 2 * seen["free"] < length or seen["movement"] is None:
            return None
        return seen["quantity", "before"] * seen["movement"], seen["quantity", "during"]

    def _estimate(
        self, row: dict[str, Any], promotion: Promotion, own: dict[str, Any],
        after: tuple[Fraction, Fraction] | None, chance: float | None,
    ) -> None:  # fmt: skip
        unit_margin = own["margin", "before"] / own["quantity", "before"]
        cost = row["cost_amount"]
        known = not own["unknown", "before"] + own["unknown", "during"]

        def expecting(factor: float | int) -> tuple[float, float | None, float]:
            baseline = float(own["quantity", "before"] * own["movement"]) * factor
            pulled = None
            if after:
                pulled = max(0.0, float(after[0]) * factor - float(after[1])) * float(unit_margin)
            margin = float(own["margin", "during"]) - baseline * float(unit_margin)
            return baseline, pulled, margin - (pulled or 0) - float(promotion.fixed)

        baseline, row["pulled_forward_amount"], margin = expecting(1)
        row["baseline_quantity"] = baseline
        row["incremental_quantity"] = float(row["actual_quantity"]) - baseline
        pays = known and bool(cost)
        row["incremental_margin_amount"] = margin if known else None
        row["roi"] = margin / float(cost) if pays else None
        if chance is None:
            return
        less, more = expecting(1 + chance), expecting(max(0, 1 - chance))
        row["incremental_quantity_low"] = float(row["actual_quantity"]) - less[0]
        row["incremental_quantity_high"] = float(row["actual_quantity"]) - more[0]
        if pays:
            row["roi_low"], row["roi_high"] = sorted((less[2] / float(cost), more[2] / float(cost)))
            if row["roi_low"] > 0 and after:
                row["verdict"] = "repeat"
            elif row["roi_high"] < 0:
                row["verdict"] = "stop"
            elif row["incremental_quantity_low"] > 0 and row["roi"] < 0:
                row["verdict"] = "change"
