"""The marts of the whole demo against the truth that its generator knows and no build can read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from niaga.demo import make_demo, truth_file
from niaga.operate.run import FILE_HELD
from niaga.operate.stages import NIGHT

from tests.support.warm import Warm

from .marts import query

Found = tuple[Path, dict[str, Any]]


@pytest.fixture(scope="module")
def found(warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """The demo after its night, and the truth, which was taken away before."""
    root = tmp_path_factory.mktemp("truth") / "company"
    make_demo(root)
    truth = json.loads(truth_file(root).read_text())
    truth_file(root).unlink()
    assert warm.run(root, [stage.name for stage in NIGHT]) == FILE_HELD
    return root, truth


def test_the_intervals_of_promotions_hold_what_they_really_sold_more(found: Found) -> None:
    root, truth = found
    estimates = query(
        root,
        """
        select promotion_id, incremental_quantity_low::double, incremental_quantity_high::double
        from promotion.promotion_performance where incremental_quantity_low is not null
        """,
    )
    holding = [
        low <= float(truth["promotions"][promotion_id]["incremental_quantity"]) <= high
        for promotion_id, low, high in estimates
    ]
    assert len(holding) >= 10
    assert sum(holding) >= 0.9 * len(holding)


def test_no_promotion_is_praised_that_loses_money_or_stopped_that_earns_it(found: Found) -> None:
    root, truth = found
    verdicts = query(
        root,
        """
        select promotion_id, verdict from promotion.promotion_performance
        where subject_type = 'promotion' and verdict in ('repeat', 'stop')
        """,
    )
    profits = {name: float(it["profit_amount_idr"]) for name, it in truth["promotions"].items()}
    assert verdicts
    assert [
        (name, verdict)
        for name, verdict in verdicts
        if (profits[name] > 0) != (verdict == "repeat")
    ] == []


def test_the_bias_of_each_expert_is_found(found: Found) -> None:
    root, truth = found
    biases = dict(
        query(
            root,
            """
            select forecaster, (100 * sum(error_quantity) / sum(actual_quantity))::double
            from quota.forecast_accuracy
            where forecaster_kind = 'expert' and territory_id in ('W10', 'W20', 'W30', 'W40', 'W50')
            group by forecaster
            """,
        )
    )
    for expert, it in truth["experts"].items():
        assert biases[expert] == pytest.approx(it["bias_percent"], abs=3), expert


def test_the_net_scores_of_segments_lie_in_their_intervals(found: Found) -> None:
    root, truth = found
    scores = query(
        root,
        """
        select segment, period, score_low::double, score_high::double
        from customer.survey_score
        where metric = 'nps' and period_kind = 'quarter' and segment is not null
        """,
    )
    holding = [
        low <= truth["survey_scores"][segment][period]["net_promoter_score_points"] / 100 <= high
        for segment, period, low, high in scores
    ]
    assert len(holding) > 30
    # 95% intervals of some 36 scores: more than five outside would be odd (binomial, 1.4%).
    assert holding.count(False) <= 5


def test_what_is_to_be_stressed_is_never_a_poor_tool(found: Found) -> None:
    root, truth = found
    stressed = query(
        root,
        "select segment, tool from promotion.sales_emphasis where recommendation = 'stress'",
    )
    ranks = []
    for segment, tool in stressed:
        rates = {
            name: it["win_percent_before_product_line"]
            for name, it in truth["sales_tools"][segment].items()
        }
        ranks.append(sorted(rates, key=lambda name: -rates[name]).index(tool) + 1)
    assert len(ranks) > 10
    assert max(ranks) <= 3
    assert sum(rank == 1 for rank in ranks) > len(ranks) / 2


def test_customers_who_left_are_on_the_list_far_more_often_than_others(found: Found) -> None:
    root, truth = found
    listed = {name for (name,) in query(root, "select customer_id from customer.save_list")}
    everyone = {name for (name,) in query(root, "select distinct customer_id from core.customer")}
    lost = set(truth["lost_customers"])
    others = everyone - lost
    assert len(listed & lost) / len(lost) > 2 * len(listed & others) / len(others)
