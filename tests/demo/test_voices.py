"""What customers, sales people, partners and experts say is as the truth says, but for chance.

Everything is calculated from the exported files, with plain Python.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from .conftest import Line, all_records, all_rows, day, number, records, sheet

Truth = dict[str, Any]
Sales = tuple[list[Line], list[str]]

TOOLS = {
    "DEMO": "demo", "SAMPEL": "sample", "BROSUR": "brochure", "UJI COBA": "trial",
    "NASKAH TELEPON": "call script",
}  # fmt: skip
NPS = "Q1 How likely are you to recommend us? (0-10)"


@pytest.fixture(scope="module")
def landing(demo: Path) -> Path:
    return demo / "landing"


@pytest.fixture(scope="module")
def customers(landing: Path) -> dict[str, dict[str, Any]]:
    rows = sheet(landing / "crm_2026-10-31.xlsx", "Pelanggan")
    return {row["Kode Pelanggan"]: row for row in rows}


@pytest.fixture(scope="module")
def answers(landing: Path) -> list[dict[str, str]]:
    """The answers that were scored; the bad one was not."""
    return [row for row in all_records(landing, "survey_responses_*.csv") if row[NPS]]


@pytest.fixture(scope="module")
def tickets(landing: Path) -> dict[str, dict[str, str]]:
    """The last version of each ticket."""
    return {row["Ticket"]: row for row in all_records(landing, "tickets_*.csv")}


def days_before_leaving(customer: str, when: date, truth: Truth) -> int | None:
    told = truth["lost_customers"].get(customer)
    return (date.fromisoformat(told["buys_nothing_from"]) - when).days if told else None


def test_there_is_as_much_of_everything_as_promised(
    landing: Path, answers: list[dict[str, str]], tickets: dict[str, dict[str, str]]
) -> None:
    touches = [line for file in landing.glob("touchpoints_*.jsonl") for line in file.open("rb")]
    counts = {
        "answers": len(answers),
        "tickets": len(tickets),
        "contacts": len(all_rows(landing, "Kontak")),
        "touchpoints": len(touches),
        "sell-through": len(list(all_records(landing, "sellout_*.csv"))),
        "sightings": len(list(all_records(landing, "pantauan_harga_*.tsv", "\t"))),
        "projections": len(list(all_records(landing, "proyeksi_*.csv", ";"))),
        "deals": len(sheet(landing / "crm_2026-10-31.xlsx", "Peluang")),
    }
    promised = {
        "answers": 3_000, "tickets": 900, "contacts": 7_000, "touchpoints": 20_000,
        "sell-through": 20_000, "sightings": 4_000, "projections": 3 * 30 * 5 * 10 * 3, "deals": 61,
    }  # fmt: skip
    assert counts.keys() == promised.keys()
    assert all(abs(counts[name] / promised[name] - 1) < 0.05 for name in counts), counts


def test_ids_are_known(
    landing: Path, customers: dict[str, Any], answers: list[dict[str, str]],
    tickets: dict[str, dict[str, str]], sales: Sales,
) -> None:  # fmt: skip
    lines, _ = sales
    campaigns = {
        json.loads(line)["id"] for line in (landing / "campaigns_2026-10-31.jsonl").open("rb")
    }
    promotions = list(records(landing / "promosi_2026-10-31.csv"))
    spending = list(all_records(landing, "media_spend_*.csv"))
    assert {row["Kode Kampanye"] for row in promotions} <= campaigns
    assert {row["campaign_id"] for row in spending} <= campaigns
    contacts = all_rows(landing, "Kontak")
    people = {row["NIK"] for row in all_rows(landing, "Karyawan")}
    assert {row["NIK"] for row in contacts} <= people
    assert {row["Agent"] for row in tickets.values()} <= people
    assert {row["No Respon"] for row in contacts} - {""} <= {row["Response ID"] for row in answers}
    assert {row["No Keluhan"] for row in contacts} - {""} <= tickets.keys()
    assert {row["Order"] for row in tickets.values()} <= {line.order for line in lines}
    for named in (contacts, all_rows(landing, "Peluang")):
        assert {row["Kode Pelanggan"] for row in named} <= customers.keys()
    assert {row["Customer Ref"] for row in answers} <= customers.keys()


def test_nobody_is_there_before_they_come_or_after_they_leave(
    landing: Path, customers: dict[str, Any], answers: list[dict[str, str]], truth: Truth
) -> None:
    heard = [
        (row["Customer Ref"], datetime.fromisoformat(row["Submitted"]).date()) for row in answers
    ]
    visits = [row for row in all_rows(landing, "Kontak") if row["Alat"]]
    heard += [(row["Kode Pelanggan"], row["Waktu"].date()) for row in visits]
    assert all(customers[customer]["Sejak"] <= when for customer, when in heard)
    left = [days_before_leaving(customer, when, truth) for customer, when in heard]
    assert all(days > 0 for days in left if days is not None)


def test_scores_are_those_of_the_segment_and_low_before_leaving(
    answers: list[dict[str, str]], truth: Truth
) -> None:
    points: dict[str, list[int]] = defaultdict(list)
    expected: dict[str, list[int]] = defaultdict(list)
    leaving = []
    for row in answers:
        when = datetime.fromisoformat(row["Submitted"]).date()
        point = 1 if int(row[NPS]) >= 9 else -1 if int(row[NPS]) <= 6 else 0
        days = days_before_leaving(row["Customer Ref"], when, truth)
        if days is not None and days <= 120:
            leaving.append(point)
        else:
            quarter = row["Survey"].removeprefix("KPL-")
            told = truth["survey_scores"][row["Segment"]][quarter]
            points[row["Segment"]].append(100 * point)
            expected[row["Segment"]].append(told["net_promoter_score_points"])
    assert len(points) == 4
    for segment, scores in points.items():
        # The standard error of 400 scores of -100, 0 or 100 is at most 5.
        assert abs(fmean(scores) - fmean(expected[segment])) < 10, segment
    assert len(leaving) > 40
    assert fmean(leaving) < -0.35  # 8% promoters less 65% detractors


def test_some_segments_answer_more_often_than_others(landing: Path, truth: Truth) -> None:
    invited: Counter[str] = Counter()
    answered: Counter[str] = Counter()
    for row in all_records(landing, "survey_responses_*.csv"):
        if row["Response ID"] != "RX00001":  # the bad one
            invited[row["Segment"]] += 1
            answered[row["Segment"]] += bool(row["Submitted"])
    told = truth["survey_response_rates"]
    assert invited == {segment: rate["invited_count"] for segment, rate in told.items()}
    assert answered == {segment: rate["answered_count"] for segment, rate in told.items()}
    rates = {segment: answered[segment] / invited[segment] for segment in invited}
    assert rates["Horeka"] + 0.1 < rates["Rumah Tangga"] < rates["Ritel Modern"] < 0.7


def test_shares_of_where_customers_buy_add_up_to_all(
    answers: list[dict[str, str]], truth: Truth
) -> None:
    told: dict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
    for row in answers:
        shares = {
            name.removeprefix("Q7 Share ").removesuffix(" (%)"): int(value)
            for name, value in row.items()
            if name.startswith("Q7") and value
        }
        if shares:
            assert sum(shares.values()) == 100
            for channel_type, share in shares.items():
                known = truth["shopping_preferences"][row["Segment"]][row["Region"]]
                percent = float(known[channel_type]["share_percent"])
                told[row["Segment"], channel_type].append((share, percent))
    assert len(told) == 24
    for pairs in told.values():
        assert abs(fmean(share for share, _ in pairs) - fmean(true for _, true in pairs)) < 4


def test_flaws_and_leaving_show_in_complaints(
    tickets: dict[str, dict[str, str]], sales: Sales, truth: Truth
) -> None:
    lines, _ = sales
    sold = Counter(line.product for line in lines if line.kind == "JUAL")
    complained = Counter(row["SKU"] for row in tickets.values())
    flawed = truth["flawed_products"]
    rate = sum(complained[name] for name in flawed) / sum(sold[name] for name in flawed)
    assert rate > 3 * complained.total() / sold.total()
    before_leaving = [
        days_before_leaving(row["Customer"], datetime.fromisoformat(row["Opened"]).date(), truth)
        for row in tickets.values()
    ]
    recent = sum(days is not None and 0 < days <= 60 for days in before_leaving)
    earlier = sum(days is not None and 60 < days <= 240 for days in before_leaving) / 3
    assert recent > 4 * max(earlier, 1)


def test_tools_win_as_often_as_the_truth_says(
    landing: Path, customers: dict[str, Any], truth: Truth
) -> None:
    results: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in all_rows(landing, "Kontak"):
        if row["Alat"]:
            segment = customers[row["Kode Pelanggan"]]["Segmen"]
            results[segment, TOOLS[row["Alat"]]][row["Hasil"]] += 1
    rates: dict[str, dict[str, float]] = defaultdict(dict)
    for (segment, tool), counted in results.items():
        told = truth["sales_tools"][segment][tool]
        assert counted["MENANG"] == told["won_contacts"]
        assert counted["KALAH"] == told["lost_contacts"]
        rates[segment][tool] = counted["MENANG"] / (counted["MENANG"] + counted["KALAH"])
        assert abs(rates[segment][tool] - told["win_percent_before_product_line"] / 100) < 0.1
    best = {segment: max(known, key=lambda tool: known[tool]) for segment, known in rates.items()}
    assert best == {segment: told["tool"] for segment, told in truth["best_sales_tools"].items()}


def test_follow_ups_are_in_time_late_or_missing(
    landing: Path, answers: list[dict[str, str]], truth: Truth
) -> None:
    contacted = {
        row["No Respon"]: row["Waktu"].date() for row in all_rows(landing, "Kontak")
        if row["No Respon"]
    }  # fmt: skip
    wanted = {
        row["Response ID"]: datetime.fromisoformat(row["Submitted"]).date()
        for row in answers
        if row["Q5 May we contact you?"] == "Yes"
    }
    assert contacted.keys() <= wanted.keys()
    days = {name: (contacted[name] - wanted[name]).days for name in contacted}
    told = truth["follow_ups"]["survey responses"]
    assert sum(waited <= 2 for waited in days.values()) == told["in time"]["followed_up_count"]
    late = sum(waited > 2 for waited in days.values())
    assert 0 <= told["late"]["followed_up_count"] - late < 15  # the last are still to come
    assert 0.1 < told["never"]["followed_up_count"] / len(wanted) < 0.3


def test_competitors_prices_stand_where_the_truth_says(landing: Path, truth: Truth) -> None:
    lists = {
        date.fromisoformat(file.stem.removeprefix("barang_")): {
            row["Kode Barang"]: number(row["Harga Daftar"]) for row in records(file)
        }
        for file in landing.glob("barang_*.csv")
    }
    ratios: dict[str, list[float]] = defaultdict(list)
    for row in all_records(landing, "pantauan_harga_*.tsv", "\t"):
        if row["Promo"] == "tidak":
            valid = max(start for start in lists if start <= day(row["Tanggal"]))
            price = number(row["Harga"].removeprefix("Rp "))
            ratios[row["Pesaing"]].append(float(price / lists[valid][row["Barang"]]))
    assert len(ratios) == 4
    for competitor, found in ratios.items():
        told = truth["competitors"][competitor]["price_percent_of_own_list_price"]
        assert abs(100 * fmean(found) - told) < 1, competitor


def test_partners_stocks_move_by_what_they_buy_and_sell(
    landing: Path, sales: Sales, truth: Truth
) -> None:
    lines, _ = sales
    later = {line.original for line in lines if line.kind == "BATAL"}
    bought: Counter[tuple[str, str, date]] = Counter()
    for line in lines:
        if line.counts and (line.order, line.line) not in later:
            week = line.day - timedelta(line.day.weekday())
            bought[line.channel, line.product, week] += line.quantity
    stocks: dict[tuple[str, str], Decimal] = {}
    totals: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for row in all_records(landing, "sellout_*.csv"):
        key = row["partner"], row["sku"]
        came, went = bought[*key, date.fromisoformat(row["week_start"])], Decimal(row["qty"])
        stock = Decimal(row["stock"])
        assert stock >= 0
        if key in stocks:
            assert stock == stocks[key] + came - went
        stocks[key] = stock
        totals[row["partner"]][0] += came
        totals[row["partner"]][1] += went
    assert totals.keys() == truth["partners"].keys()
    for partner, (came, went) in totals.items():
        told = truth["partners"][partner]["sold_on_percent_of_purchases"]
        # What was bought in the last weeks is still to be sold.
        assert -6 < 100 * went / came - told < 1, partner


def test_experts_are_wrong_by_their_bias(landing: Path, sales: Sales, truth: Truth) -> None:
    lines, _ = sales
    sold: Counter[tuple[str, str, str]] = Counter()
    for line in lines:
        if line.status == "POSTED" and (line.kind == "BATAL" or not line.cancelled):
            sold[line.product, line.territory[:2] + "0", f"{line.day:%m/%Y}"] += line.quantity
    projected: dict[str, list[tuple[Decimal, Decimal]]] = defaultdict(list)
    months = set()
    for row in all_records(landing, "proyeksi_*.csv", ";"):
        month = row["Bulan"].removeprefix("01/")
        months.add(month)
        made, due = day(row["Dibuat"]), day(row["Bulan"])
        assert 1 <= (due.year - made.year) * 12 + due.month - made.month <= 3
        low, high = number(row["Terendah"]), number(row["Tertinggi"])
        assert low <= number(row["Perkiraan"]) <= high
        if due <= date(2026, 10, 1):
            actual = sold[row["Kode Barang"], row["Kode Wilayah"], month]
            projected[row["Pakar"]].append((number(row["Perkiraan"]), max(actual, Decimal(0))))
    assert {"11/2026", "12/2026", "01/2027"} < months
    assert projected.keys() == truth["experts"].keys()
    for expert, pairs in projected.items():
        bias = 100 * (sum(guess for guess, _ in pairs) / sum(true for _, true in pairs) - 1)
        assert abs(bias - truth["experts"][expert]["bias_percent"]) < 1.5, expert
        spread = truth["experts"][expert]["most_noise_percent_3_months_ahead"]
        assert all(
            abs(100 * guess / true - 100 - truth["experts"][expert]["bias_percent"]) <= spread + 1
            for guess, true in pairs
            if true >= 10
        )
