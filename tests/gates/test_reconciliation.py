"""Each reconciliation sees a difference of one cent, and says where it is."""

from __future__ import annotations

import pytest

from .conftest import Change, Look

# Table at which it is seen -> table, column and rows that are a cent off, and what is untrue then.
STAGED = {
    "staging.stg_sales_line": [
        ("staging.stg_sales_line", "net_amount", "order_id = 'A2'", "each line of the lake"),
        ("lake.sales_line", "cost_amount", "order_id = 'A2'", "each line of the lake"),
    ],
    "staging.stg_quota": [
        ("staging.stg_quota", "amount", "true", "the rows are the lake's latest"),
    ],
    "staging.stg_channel_cost": [
        ("lake.channel_cost", "amount", "true", "the rows are the lake's latest"),
    ],
    "staging.stg_product": [
        ("staging.stg_product", "list_price", "product_id = 'p2'", "the current versions"),
    ],
}
MARTS = {
    "core.sales_line": [
        ("core.sales_line", "net_amount", "order_id = 'A2'", "sales and returns are"),
        ("core.sales_line", "net_amount", "order_id = 'A2'", "sales and returns total"),
        ("core.sales_line", "cost_amount", "order_id = 'A3'", "sales and returns are"),
        ("core.sales_line", "net_amount", "document_type = 'cancellation'", "a cancellation takes"),
    ],
    "core.sales_monthly": [
        ("core.sales_monthly", "net_amount", "product_id = 'p2'", "each month and product"),
        (
            "core.sales_monthly",
            "gross_margin_amount",
            "product_id = 'p2'",
            "each month and product",
        ),
    ],
    "channel.channel_performance": [
        (
            "channel.channel_performance",
            "net_amount",
            "channel_id is null",
            "each channel and month",
        ),
        (
            "channel.channel_performance",
            "cost_to_serve_amount",
            "channel_id = 'ch1'",
            "the cost to",
        ),
        ("channel.channel_performance", "net_margin_amount", "channel_id is null", "net margin ="),
    ],
    "promotion.promotion_performance": [
        ("promotion.promotion_performance", "cost_amount", "promotion_id = 'P1'", "cost ="),
        (
            "promotion.promotion_performance",
            "discount_amount",
            "promotion_id = 'P1'",
            "of promotions",
        ),
        (
            "promotion.promotion_performance",
            "actual_quantity",
            "promotion_id = 'P1'",
            "what the products",
        ),
        (
            "promotion.promotion_performance",
            "incremental_quantity",
            "promotion_id = 'P1'",
            "incremental =",
        ),
        ("promotion.promotion_performance", "roi", "promotion_id = 'P1'", "roi is"),
        ("staging.stg_media_spend", "spend_amount", "campaign_id = 'K2'", "campaigns without"),
    ],
    "promotion.campaign_performance": [
        ("promotion.campaign_performance", "spend_amount", "campaign_id = 'K2'", "each campaign a"),
        ("staging.stg_media_spend", "spend_amount", "campaign_id = 'K1'", "each campaign a"),
        ("promotion.campaign_performance", "cost_per_lead", "true", "cost_per_lead is"),
        ("promotion.campaign_performance", "cost_per_order", "true", "cost_per_order is"),
        ("core.sales_line", "net_amount", "promotion_id = 'P1'", "the sales of a"),
    ],
    "promotion.media_performance": [
        ("promotion.media_performance", "spend_amount", "true", "each medium"),
        ("promotion.media_performance", "spend_share", "true", "the shares of each"),
    ],
    "promotion.sales_feedback": [
        ("promotion.sales_feedback", "share", "true", "the shares of each"),
    ],
    "quota.rep_attainment": [
        ("quota.rep_attainment", "quota_amount", "true", "each quota is the stated one"),
        ("quota.rep_attainment", "credited_amount", "true", "what is credited"),
        ("quota.rep_attainment", "credited_amount", "true", "attainment is"),
        ("quota.rep_attainment", "gap_amount", "true", "gap ="),
    ],
    "quota.company_goal": [
        ("quota.company_goal", "actual_amount", "true", "the revenue of the company"),
        ("quota.company_goal", "goal_amount", "true", "the goals are those"),
    ],
    "quota.sales_forecast": [
        ("quota.sales_forecast", "statistical_quantity", "territory_id = 'region'", "rows in no"),
        ("quota.sales_forecast", "forecast_quantity", "true", "the forecast is the mean"),
        ("quota.sales_forecast", "quantity_low", "true", "the forecast lies"),
    ],
    "quota.forecast_accuracy": [
        ("quota.forecast_accuracy", "absolute_error_quantity", "forecaster = 'sari'", "wape is"),
        ("quota.forecast_accuracy", "actual_quantity", "forecaster = 'sari'", "bias is"),
        ("quota.forecast_accuracy", "value_added", "forecaster = 'naive'", "the naive forecast"),
    ],
    "channel.price_waterfall": [
        ("channel.price_waterfall", "list_amount", "product_id = 'p2'", "list less"),
        ("channel.price_waterfall", "promotion_amount", "product_id = 'p1'", "list less"),
        ("channel.price_waterfall", "pocket_amount", "product_id = 'p1'", "pocket margin ="),
        ("channel.price_waterfall", "net_amount", "channel_id is null", "each channel, product"),
        ("channel.price_waterfall", "cost_amount", "channel_id is null", "costs that are known"),
        ("channel.price_waterfall", "rebate_amount", "product_id = 'p1'", "trade terms of"),
        ("core.sales_line", "net_amount", "order_id = 'A2'", "each channel, product"),
    ],
    "channel.price_position": [
        ("channel.price_position", "competitor_price_amount", "true", "price_index is"),
    ],
    "channel.channel_fit": [
        ("channel.channel_fit", "own_sales_share", "channel_type = 'retailer'", "own_sales_share"),
        (
            "channel.channel_fit",
            "customer_preference_share",
            "true",
            "customer_preference_share of",
        ),
        ("channel.channel_fit", "gap", "true", "gap ="),
        (
            "channel.channel_fit",
            "customer_preference_share_low",
            "true",
            "the preference lies",
        ),
    ],
    "commission.commission_summary": [
        ("commission.commission_line", "commission_amount", "period = '2026-01'", "the earned"),
        ("commission.commission_line", "credited_amount", "period = '2026-01'", "the measure is"),
        ("commission.commission_summary", "earned_amount", "period = '2026-01'", "the earned"),
        ("commission.commission_summary", "measure_amount", "period = '2026-01'", "the measure is"),
        ("commission.commission_summary", "calculated_amount", "true", "commission = calculated"),
    ],
    "commission.ledger": [
        ("commission.commission_summary", "commission_amount", "true", "posted + pending"),
        ("ledger.posting", "amount", "true", "posted + pending"),
        ("intermediate.int_commission__pending_posting", "amount", "true", "posted + pending"),
        ("commission.ledger", "amount", "posting_period = '2026-01'", "the mart is what is posted"),
    ],
    "commission.statement": [
        ("commission.ledger", "amount", "posting_period = '2026-01'", "earned and adjusted"),
        ("commission.statement", "adjustment_amount", "period = '2026-02'", "earned and adjusted"),
        ("commission.statement", "payable_amount", "period = '2026-02'", "payable ="),
    ],
    "customer.save_list": [
        ("customer.save_list", "amount_at_risk", "true", "what is at risk"),
        ("core.sales_line", "net_amount", "order_id = 'A2'", "what is at risk"),
    ],
}
CASES = [
    (stage, at, *case)
    for stage, tables in (("staged", STAGED), ("marts", MARTS))
    for at, cases in tables.items()
    for case in cases
]


@pytest.mark.parametrize(("stage", "at", "table", "column", "where", "sentence"), CASES)
def test_one_cent_is_seen(
    look: Look,
    change: Change,
    stage: str,
    at: str,
    table: str,
    column: str,
    where: str,
    sentence: str,
) -> None:
    change(f"update {table} set {column} = {column} + 0.01 where {where}")
    failed = [result for result in look(stage).failed_critical if result.table_name == at]
    [found] = [result for result in failed if result.expectation.startswith(sentence)]
    assert found.unexpected_rows >= 1
    assert found.sample


def test_the_failing_row_shows_both_amounts(look: Look, change: Change) -> None:
    change("update commission.statement set earned_amount = 3.06 where period = '2026-02'")
    [failed] = [r for r in look("marts").failed_critical if r.expectation.startswith("earned and")]
    assert failed.sample == [
        {
            "participant_id": "andi",
            "period": "2026-02",
            "earned_amount_here": "3.06",
            "earned_amount_there": "3.05",
            "adjustment_amount_here": "0",
            "adjustment_amount_there": "0",
        }
    ]


def test_postings_that_have_gone_from_the_ledger_are_missed(look: Look, change: Change) -> None:
    change("delete from ledger.posting")

    told = [result.expectation for result in look("marts").failed_critical]

    assert "the ledger has all rows of its committed segments" in told
