"""Say in words how an amount of commission came about."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..currencies import currency_digits
from ..terminal import as_exact, as_money, as_text

if TYPE_CHECKING:
    from ..terminal import Terminal
    from .explanation import Adjustment, Explanation, Tier
    from .pay_causes import Cause, Figure

_OF_KIND = {
    "re-rating": "what was sold before in the window is paid at the rate reached from here on",
    "reversal": "takes back the sale's own pay, in the proportion of what came back",
    "fixed": "has no transaction: paid for the period itself",
    "per-order": "what the fixed amount, minimum and maximum of the order change",
}


_STEPS = {
    "multiplier": "calculated_amount",
    "return": "return_effect_amount",
    "gate": "gate_effect_amount",
    "floor": "floor_effect_amount",
    "cap": "cap_effect_amount",
}
"""What makes the result of a period, in the order in which it adds up, by cause."""


def show_explanations(terminal: Terminal, explanations: list[Explanation]) -> None:
    """Show each line with all that it came from, the amount first."""
    terminal.give({"lines": [_as_data(explanation) for explanation in explanations]})
    for explanation in explanations:
        line = explanation.line
        amount = _money(line, "commission_amount")
        who = explanation.participant_name or line["participant_id"]
        title = f"{amount} {line['currency']} for {who}, {line['period']}"
        terminal.table(title, ["", "why"], _rows(explanation))


def _as_data(explanation: Explanation) -> dict[str, Any]:
    data = asdict(explanation) | {"measure": explanation.measure.edge_unit}
    for name in ("tier", "next_tier"):
        if data[name] is not None and data[name]["edge"] is not None:
            data[name]["edge"] = as_exact(data[name]["edge"])
    return data


def _rows(explanation: Explanation) -> list[list[str]]:
    line = explanation.line
    told: list[tuple[str, str | None]] = [
        ("line", line["commission_line_id"]),
        ("transaction", _transaction(explanation)),
        ("file", _file(explanation)),
        ("plan", f"{line['plan_id']}, version {line['plan_version']}: {line['component_id']}"),
        ("credit", _credit(explanation)),
        *(("credit path", _path(row)) for row in explanation.paths),
        ("window", f"{line['window_start']} to {line['window_end']}"),
        ("measure", _measure(explanation)),
        ("quota", _quota(explanation)),
        ("rate", _rate(explanation)),
        *(("because", _cause(explanation, cause)) for cause in explanation.causes),
        ("amount", _amount(explanation)),
        ("next tier", _next(explanation)),
        *(("also", text) for row in explanation.adjustments for text in _also(explanation, row)),
        *(("posted", _posting(line, row)) for row in explanation.postings),
    ]
    if line["payee"] == "company":
        told.append(("posted", "never: the company keeps it"))
    elif not explanation.postings and line["commission_amount"]:
        told.append(("posted", "not yet: the next night posts it, if its plan is approved"))
    return [[name, text] for name, text in told if text]


def _transaction(explanation: Explanation) -> str | None:
    sale = explanation.transaction
    if sale is None:
        return None
    text = (
        f"{sale['document_type']}, order {sale['order_id']} line {sale['line_number']} of "
        f"{sale['document_date']}: {_money(sale, 'net_amount')} net"
    )
    whose = [f"{name} {sale[f'{name}_id']}" for name in ("product", "customer")
             if sale.get(f"{name}_id")]  # fmt: skip
    return ", ".join([text, *whose])


def _file(explanation: Explanation) -> str | None:
    sale, export = explanation.transaction, explanation.export
    if sale is None:
        return None
    if export is None:
        return f"row {sale['row_number']:,} of export {sale['export_id']}"
    return f"{export['file_name']}, row {sale['row_number']:,} (source {export['source']})"


def _credit(explanation: Explanation) -> str | None:
    line = explanation.line
    if line["credit_share"] is None:
        return None
    by = ""
    if any(path["paths"].startswith("team ") for path in explanation.paths):
        by = ", with the team"
    elif any(cause.kind == "territory" for cause in explanation.causes):
        by = ", by territory"
    elif line["credit_level"]:
        by = f", as manager at level {line['credit_level']}"
    return f"{_percent(line['credit_share'])} of it{by}"


def _measure(explanation: Explanation) -> str | None:
    line = explanation.line
    if line["measure_after"] is None:
        return None
    return (
        f"{_measured(explanation, line['measure_before'])} before, "
        f"{_measured(explanation, line['measure_after'])} after; "
        f"{_measured(explanation, line['credited_amount'])} of it is paid here"
    )


def _quota(explanation: Explanation) -> str | None:
    line, result = explanation.line, explanation.result
    if result is None or result["quota_amount"] is None:
        return None
    quota = Fraction(result["quota_amount"])
    text = f"{_measured(explanation, quota)} (version {line['quota_version']})"
    if not quota or line["measure_after"] is None:
        return text
    before, after = (
        _cut_percent(Fraction(line[name]) / quota) for name in ("measure_before", "measure_after")
    )
    return f"{text}: {before} reached before, {after} after"


def _rate(explanation: Explanation) -> str | None:
    line, tier = explanation.line, explanation.tier
    if tier is None:
        if line["segment_id"] is None:
            return None
        return f"{_percent(line['rate'])} of a plan that is not in plans/ any more"
    rate = "a line between points" if line["rate"] is None else _rate_of(tier, line)
    return f"{rate}, {tier.words}{_in_measure(explanation, tier)}"


def _rate_of(tier: Tier | None, line: dict[str, Any]) -> str:
    """Write the rate of a tier: a percentage, or money for each unit, order or customer."""
    if tier is None or tier.per is None or tier.rate is None:
        return _percent(tier.rate if tier else line["rate"])
    return f"{as_exact(Fraction(tier.rate))} {line['currency']} per {tier.per}"


def _amount(explanation: Explanation) -> str:
    line = explanation.line
    amount = _money(line, "commission_amount")
    if line["line_kind"] == "adjustment":
        return f"{amount}{_steps(explanation)}"
    if explanation.order_lines:
        parts = [f"{_money(row, 'commission_amount')} {row['line_kind']}"
                 for row in explanation.order_lines]  # fmt: skip
        return f"{amount}: the order is paid {' and '.join(parts)}"
    # What is paid for the commission of a team has a rate, though no transaction.
    said = None if line["cause"] == "override" else _OF_KIND.get(line["line_kind"])
    if said is not None or line["rate"] is None:
        return f"{amount}: {said or 'the payout line after less before'}"
    exact = Fraction(line["credited_amount"]) * Fraction(line["rate"])
    credited = _measured(explanation, line["credited_amount"])
    product = f"{credited} x {_rate_of(explanation.tier, line)} = {as_exact(exact)}"
    if exact == Fraction(line["commission_amount"]):
        return product
    return f"{product}; {amount} is what the rounded sum to date grows by"


def _next(explanation: Explanation) -> str | None:
    line, following = explanation.line, explanation.next_tier
    if following is None or following.edge is None or line["line_kind"] not in ("sale",):
        return None
    missing = following.edge - Fraction(line["measure_after"])
    if missing < 0:
        return None
    rate = "" if following.rate is None else f"{_rate_of(following, line)} "
    more = _measured(explanation, missing)
    return f"{rate}{following.words}{_in_measure(explanation, following)}: {more} more"


def _path(path: dict[str, Any]) -> str:
    seller = path["paths"].partition(" > ")[0]
    share = _percent(path["share"])
    if path["paths"].startswith("team "):
        return f"{path['paths']}: {share} of what anyone of it sells"
    return f"{path['paths']}: {share} of what {seller} sells"


def _also(explanation: Explanation, adjustment: Adjustment) -> list[str]:
    line = adjustment.line
    said = f"{_money(line, 'commission_amount')} in the period by {line['cause']}"
    causes = [_cause(explanation, cause) for cause in adjustment.causes]
    return [f"{said}: {cause}" for cause in causes] or [f"{said}: {line['commission_line_id']}"]


def _cause(explanation: Explanation, cause: Cause) -> str:
    figures = "; ".join(_figure(explanation, figure) for figure in cause.figures)
    return f"{cause.term} ({figures})" if figures else cause.term


def _figure(explanation: Explanation, figure: Figure) -> str:
    """Write a figure with what it is of: attainment(a) is 79.99%, 7,999.00 of 10,000.00."""
    digits = currency_digits(explanation.line["currency"])
    parts = []
    if figure.amount is not None and figure.of_amount:
        # The share of the marts is rounded, and a figure just below an edge must not look like it.
        parts.append(_cut_percent(Fraction(figure.amount) / Fraction(figure.of_amount)))
        of_amount = f" of {as_money(figure.of_amount, digits)}"
    else:
        parts += [] if figure.share is None else [_cut_percent(Fraction(figure.share))]
        of_amount = ""
    if figure.amount is not None:
        parts.append(f"{as_money(figure.amount, digits)}{of_amount}")
    return f"{figure.asked} is {', '.join(parts) or 'not known'}, {figure.source}"


def _steps(explanation: Explanation) -> str:
    """Write from which to which result of its period an adjustment leads."""
    line, result = explanation.line, explanation.result
    if result is None or line["cause"] not in _STEPS:
        return ""
    after = Decimal(0)
    for cause, column in _STEPS.items():
        after += result[column]
        if cause == line["cause"]:
            break
    digits = currency_digits(line["currency"])
    before = after - line["commission_amount"]
    return f": the period's {as_money(before, digits)} become {as_money(after, digits)}"


def _posting(line: dict[str, Any], posting: dict[str, Any]) -> str:
    amount = as_money(posting["amount"], currency_digits(line["currency"]))
    return (
        f"{amount} into {posting['posting_period']}, {posting['reason']}, "
        f"{as_text(posting['posted_at'])} UTC by run {posting['run_id']}"
    )


def _in_measure(explanation: Explanation, tier: Tier) -> str:
    if tier.edge is None or "of quota" not in tier.words:
        return ""
    return f" = {_measured(explanation, tier.edge)}"


def _measured(explanation: Explanation, amount: Decimal | Fraction) -> str:
    """Write an amount of what the component measures: money, or units, orders or customers."""
    exact = Fraction(amount)
    if explanation.measure.edge_unit != "money":
        return f"{as_exact(exact)} {explanation.measure.edge_unit}"
    digits = currency_digits(explanation.line["currency"])
    return as_money(Decimal(exact.numerator) / Decimal(exact.denominator), digits)


def _money(row: dict[str, Any], name: str) -> str:
    return as_money(row[name], currency_digits(row["currency"]))


def _percent(share: Decimal | None) -> str:
    return "" if share is None else f"{(share * 100).normalize():,f}%"


def _cut_percent(share: Fraction) -> str:
    """Write attainment cut, not rounded: 99.999% is not 100%."""
    hundredths = int(share * 10_000)
    return f"{'-' if hundredths < 0 else ''}{abs(hundredths) // 100:,}.{abs(hundredths) % 100:02}%"
