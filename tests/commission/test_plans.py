from __future__ import annotations

import pytest
from niaga.commission.compile import compile_plans
from niaga.commission.plan_show import as_yaml, find_plan, in_full
from niaga.commission.plans import check_plans
from niaga.errors import ConfigurationError, UsageError
from niaga.workspace import Workspace

HEAD = "plan: reps\ncurrency: USD\nfrom: 2026-01-01\n"
TIERS = "components:\n  revenue:\n    marginal:\n"


def check(workspace: Workspace, *texts: str) -> list[tuple[str, ...]]:
    for number, text in enumerate(texts, start=1):
        (workspace.plans_folder / f"plan-{number}.yml").write_text(text)
    return [found.warnings for found in check_plans(workspace)]


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (HEAD + TIERS + "      - {from: 0, rate: 8}\n", 6, '"8" has no unit'),
        (HEAD + TIERS + "      - {from: 0, to: 100 USD, rate: 8%}\n", 6, "tier_not_open_ended"),
        (
            HEAD + TIERS + "      - {from: 0, to: 499.99 USD, rate: 8%}\n"
            "      - {from: 500 USD, rate: 9%}\n",
            6,
            "tier_gap: row 1 ends at 499.99 USD, row 2 begins at 500 USD: amounts between",
        ),
        (
            HEAD + TIERS + "      - {from: 0, to: 600 USD, rate: 8%}\n"
            "      - {from: 500 USD, to: 700 USD, rate: 9%}\n      - {from: 700 USD, rate: 1%}\n",
            6,
            "tier_overlap: row 1 ends at 600 USD, row 2 begins at 500 USD",
        ),
        (
            HEAD + TIERS + "      - {from: 0, to: 600 USD, rate: 8%}\n"
            "      - {from: 600 USD, rate: 1%}\n",
            6,
            "write lower edges only",
        ),
        (
            HEAD + TIERS + "      - {from: 0, rate: 5%}\n      - {from: 9 USD, rate: 6%}\n"
            "      - {from: 100% of quota, rate: 7%}\n",
            5,
            "edges must be of one kind",
        ),
        (
            HEAD + TIERS + "      - {from: 0, rate: 5%}\n      - {from: 9 USD, rate: 6%}\n"
            "      - {from: 9 USD, rate: 7%}\n",
            5,
            "edges must ascend",
        ),
        (HEAD + TIERS + "      - {from: 5 USD, rate: 5%}\n", 5, "the first row begins at 0"),
        (
            HEAD
            + "components:\n  revenue:\n    rate: 5%\n"
            + "    cap: {amount: 100 USD per month, excess: carried}\n",
            7,
            "not calculated yet",
        ),
        (HEAD + "components:\n  revenue:\n    rate: 5%\n    marginal: []\n", 5, "exactly one of"),
        (
            HEAD + "components:\n  deals: {rate: 5%, min_per_order: 8 USD}\n",
            5,
            "8 USD is for each order by itself: say window: order",
        ),
        (
            HEAD + "components:\n  deals: {window: order, rate: 5%, min_per_order: 8 USD, "
            "max_per_order: 5 USD}\n",
            5,
            "max_per_order 5 USD is below min_per_order 8 USD",
        ),
        (
            HEAD + "components:\n  deals: {by: margin_rate, "
            "whole: [{from: 0, rate: 5%}, {from: 9 USD, rate: 6%}]}\n",
            5,
            "edges in money do not go with by: margin_rate",
        ),
        (
            HEAD + "components:\n  deals: {by: margin_rate, marginal: [{from: 0, rate: 5%}]}\n",
            5,
            "a margin_rate has no slices",
        ),
        (HEAD + "components:\n  revenue:\n    rat: 5%\n", 6, "rat"),
        (HEAD + "components:\n  revenue: {rate: 0.123456789012%}\n", 5, "more than 10 decimals"),
        (HEAD + "components:\n  revenue: {rate: 5%, window: day}\n", 5, "day"),
        (
            HEAD + "components:\n  revenue:\n    where: product_lin = 'tea'\n    rate: 5%\n",
            6,
            "did you mean `product_line`?",
        ),
        (
            HEAD + "components:\n  revenue:\n    where: net_amount > 9 EUR\n    rate: 5%\n",
            5,
            "has EUR, not the plan's currency USD",
        ),
        (
            HEAD + "who: net_amount > 9 USD\n" + "components: {revenue: {rate: 5%}}\n",
            4,
            "no column",
        ),
        (
            HEAD + "components:\n  revenue: {to: 2025-12-31, rate: 5%}\n",
            5,
            "no day of it lies within the plan's dates",
        ),
        (HEAD + "components:\n  deals: {of: orders, rate: 5%}\n", 5, "money per order"),
        (HEAD + "components:\n  deals: {rate: 5 USD per order}\n", 5, "is paid in %"),
        (
            HEAD + "components:\n  deals: {of: orders, steps: [{from: 3 units, pays: 5 USD}]}\n",
            5,
            "edges in units do not go with of: orders",
        ),
        (
            HEAD + "components:\n  tea:\n    rate: 5%\n    terms:\n"
            "      - {steps: [{from: 9 USD, pays: 5 USD}]}\n",
            8,
            "steps does not go with terms",
        ),
        (HEAD.replace("USD", "EUR") + "components: {revenue: {rate: 5%}}\n", None, "EUR is not"),
    ],
)
def test_a_wrong_plan_names_file_line_and_mistake(
    workspace: Workspace, text: str, line: int | None, told: str
) -> None:
    with pytest.raises(ConfigurationError) as error:
        check(workspace, text)

    fault = error.value.faults[0]
    assert told in str(error.value)
    assert fault.file.name == "plan-1.yml"
    assert fault.line in (line, (line or 0) - 1, (line or 0) + 1) if line else fault.line is None


def test_versions_of_a_plan_may_not_overlap(workspace: Workspace) -> None:
    plan = HEAD + "components: {revenue: {rate: 5%}}\n"
    with pytest.raises(ConfigurationError, match=r"lies inside version 1"):
        check(workspace, plan, plan.replace("from: 2026-01-01", "version: 2\nfrom: 2026-07-01"))


def test_versions_that_follow_each_other_are_right(workspace: Workspace) -> None:
    plan = HEAD + "components: {revenue: {rate: 5%}}\n"
    first = plan + "to: 2026-06-30\napproved: {by: [a], on: 2025-12-01}\n"
    second = plan.replace("from: 2026-01-01", "version: 2\nfrom: 2026-07-01")

    assert check(workspace, first, second) == [
        (),
        ("not approved: it is calculated, and nothing is posted",),
    ]


def test_weights_of_a_target_add_to_100_percent(workspace: Workspace) -> None:
    points = "[{at: 0, pays: 0% of target}, {at: 100% of quota, pays: 100% of target}]"
    plan = (
        HEAD
        + f"components: {{a: {{weight: 60%, points: {points}}}, "
        + f"b: {{weight: 30%, points: {points}}}}}"
    )
    with pytest.raises(ConfigurationError, match="weights add to 90%"):
        check(workspace, plan)


def test_a_falling_rate_is_a_warning(workspace: Workspace) -> None:
    plan = HEAD + TIERS + "      - {from: 0, rate: 5%}\n      - {from: 9 USD, rate: 2%}\n"
    (warnings,) = check(workspace, plan + "approved: {by: [a], on: 2025-12-01}\n")
    assert warnings == ("revenue: the rate falls from 5% to 2%",)


def test_a_plan_shown_in_full_says_the_same(workspace: Workspace) -> None:
    file = workspace.plans_folder / "plan-1.yml"
    file.write_text(
        HEAD + "pay: quarter\ncomponents:\n  revenue:\n    whole:\n"
        "      - {from: 0, rate: 5%}\n      - {above: 100% of quota, rate: 8%}\n"
        "  margin: {of: margin, on: invoice, window: year, rate: 2%}\n"
    )
    before = compile_plans(workspace)
    shown = in_full(find_plan(workspace, "reps", None))
    file.write_text(as_yaml(shown))
    after = compile_plans(workspace)

    assert shown["components"]["revenue"]["window"] == "quarter"
    assert shown["components"]["margin"]["quota"]["type"] == "margin"
    for tables in (before, after):
        tables["plan_version"] = tables["plan_version"].drop(["text_hash"])
    assert after == before
    with pytest.raises(UsageError) as unknown:
        find_plan(workspace, "rep", None)
    assert unknown.value.remedy == "there is: reps"


def test_terms_that_never_hold_and_sales_of_which_none_does_are_warnings(
    workspace: Workspace,
) -> None:
    approved = HEAD + "approved: {by: [a], on: 2025-12-01}\n"
    always = "{rate: 2%}"
    tea = "{where: product_line = 'tea', rate: 3%}"
    plan = approved + (
        f"components: {{a: {{terms: [{always}, {tea}]}}, b: {{rate: 1%, terms: [{always}]}},"
        f" c: {{terms: [{tea}]}}, d: {{rate: 1%, terms: [{tea}]}}}}\n"
    )
    assert check(workspace, plan) == [
        (
            "a: terms[1] holds always, those after it never",
            "b: terms[1] holds always, and the rate never",
            "c: a sale of which no term holds pays nothing (no_rate)",
        )
    ]
