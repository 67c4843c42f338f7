"""Writes a build small enough to be checked by eye: four orders, one quota, one plan.

Everything is a table of its own, so that a test can break one and nothing else follows.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
from niaga.ingest.contracts import SYSTEM_COLUMNS, contracts

FEEDS = (
    "sales_line", "product", "customer", "channel", "territory", "participant", "quota",
    "company_goal", "credit_split", "plan_assignment", "channel_cost", "competitor_sighting",
    "expert_projection", "survey_response", "complaint", "customer_request", "campaign",
    "promotion", "media_spend", "touchpoint", "event_lead", "customer_contact",
)  # fmt: skip
MASTERS = ("product", "customer", "channel", "territory", "participant")

# Andi sells 100.00 of p1 in January and 50.50 of p2, through no channel, in February. Of the first
# sale 20.00 comes back in February, and a third sale of 30.00 is cancelled. He gets 10% of what is
# left, 130.50; his quota is 200.00.
_LAKE = """
insert into lake.sales_line by name
select
    order_id, 1 as line_number, document_type, order_date, customer_id, product_id, channel_id,
    't1' as territory_id, 'andi' as sales_rep_id, 'posted' as status, quantity, net_amount,
    cost_amount, 'USD' as currency, original_order_id, original_line_number, cancelled_date,
    if(order_id = 'A2', 'P1', null) as promotion_id, if(order_id = 'A2', 4.5, 0) as discount_amount,
    'e1' as _export_id, row_number as _row_number, date '2026-02-28' as _business_date
from (values
    ('A1', 'sale', date '2026-01-10', 'c1', 'p1', 'ch1', 10, 100.00, 60.00, null, null, null, 1),
    ('A2', 'sale', date '2026-02-05', 'c1', 'p2', null, 4, 50.50, 30.25, null, null, null, 2),
    ('A3', 'return', date '2026-02-20', 'c1', 'p1', 'ch1', -2, -20.00, -12.00, 'A1', 1, null, 3),
    ('A4', 'sale', date '2026-02-10', 'c1', 'p1', 'ch1', 3, 30.00, 18.00, null, null,
        date '2026-02-25', 4)
) as line (
    order_id, document_type, order_date, customer_id, product_id, channel_id, quantity, net_amount,
    cost_amount, original_order_id, original_line_number, cancelled_date, row_number
);

insert into lake.product by name
select 'p' || number as product_id, 'Tea' as name, cast(9.99 as decimal(24, 6)) as list_price,
    'e2' as _export_id, number as _row_number, date '2026-01-01' as _business_date
from range(1, 3) as numbers (number);
insert into lake.customer by name
select 'c1' as customer_id, 'ani@example.com' as email, 't1' as territory_id, 'e3' as _export_id,
    1 as _row_number, date '2026-01-01' as _business_date;
insert into lake.channel by name
select 'ch1' as channel_id, 'direct' as type, 'e4' as _export_id, 1 as _row_number,
    date '2026-01-01' as _business_date;
insert into lake.territory by name
select 't1' as territory_id, 'e5' as _export_id, 1 as _row_number,
    date '2026-01-01' as _business_date;
insert into lake.participant by name
select 'andi' as participant_id, 'Andi' as name, 'e6' as _export_id, 1 as _row_number,
    date '2026-01-01' as _business_date;
insert into lake.quota by name
select 'andi' as participant_id, 'revenue' as quota_type, '2026-Q1' as period, 200.00 as amount,
    'e7' as _export_id, 1 as _row_number, date '2026-01-01' as _business_date;
insert into lake.company_goal by name
select 'g1' as goal_id, 'revenue' as measure, '2026-Q1' as period, 1000.00 as amount,
    'e8' as _export_id, 1 as _row_number, date '2026-01-01' as _business_date;
insert into lake.credit_split by name
select 's1' as rule_id, 'A9' as order_id, 'andi' as participant_id, 1 as share, 'e9' as _export_id,
    1 as _row_number, date '2026-01-01' as _business_date;
insert into lake.plan_assignment by name
select 'andi' as participant_id, 'reps' as plan_id, date '2026-01-01' as valid_from,
    'e10' as _export_id, 1 as _row_number, date '2026-01-01' as _business_date;
insert into lake.competitor_sighting by name
select 's' || number as sighting_id, 'Rival' as competitor, 'p1' as product_id,
    'e22' as _export_id, number as _row_number, date '2026-01-01' as _business_date
from range(1, 3) as numbers (number);
insert into lake.expert_projection by name
select 'sari' as expert, 'p1' as product_id, 't1' as territory_id, date '2026-02-01' as month,
    10 as quantity, date '2026-01-20' as made_date, 'e23' as _export_id, 1 as _row_number,
    date '2026-01-01' as _business_date;
insert into lake.channel_cost by name
select 'ch1' as channel_id, date '2026-02-01' as month, 'visits' as kind, 5.25 as amount,
    'e11' as _export_id, 1 as _row_number, date '2026-01-01' as _business_date;

-- Of two invitations one was answered, with 3 of 10; the same customer complains.
insert into lake.survey_response by name
select
    response_id, 's1' as survey_id, 'nps' as metric, score, 'c1' as customer_id,
    timestamp '2026-02-01 03:00:00' as invited_at, answered_at, score is not null as wants_contact,
    'e12' as _export_id, row_number as _row_number, date '2026-02-28' as _business_date
from (values ('r1', 3, timestamp '2026-02-10 03:00:00', 1), ('r2', null, null, 2))
    as response (response_id, score, answered_at, row_number);
insert into lake.complaint by name
select 'k1' as complaint_id, 'c1' as customer_id, 'p1' as product_id, 'late' as cause,
    timestamp '2026-02-12 09:00:00' as opened_at, 'e13' as _export_id, 1 as _row_number,
    date '2026-02-28' as _business_date;
insert into lake.customer_request by name
select
    request_id, 'c1' as customer_id, product_id, wish, theme,
    date '2026-02-01' as requested_date, 'e14' as _export_id, row_number as _row_number,
    date '2026-02-28' as _business_date
from (values ('q1', 'p1', 'change', null, 1), ('q2', null, 'add', 'big pack', 2))
    as request (request_id, product_id, wish, theme, row_number);
insert into lake.campaign by name
select 'K' || number as campaign_id, 'advertising' as kind, 'e32' as _export_id,
    number as _row_number, date '2026-01-01' as _business_date
from range(1, 3) as numbers (number);
insert into lake.promotion by name
select 'P1' as promotion_id, 'K1' as campaign_id, 'discount' as kind,
    date '2026-02-01' as start_date, date '2026-02-07' as end_date, 1 as fixed_cost_amount,
    'e33' as _export_id, 1 as _row_number, date '2026-01-01' as _business_date;
insert into lake.media_spend by name
select date '2026-02-03' as day, campaign_id, 'tv' as medium, 'one' as vehicle, spend_amount,
    100 as impressions, 'e34' as _export_id, row_number as _row_number,
    date '2026-01-01' as _business_date
from (values ('K1', 10.10, 1), ('K2', 7.00, 2)) as spend (campaign_id, spend_amount, row_number);
insert into lake.touchpoint by name
select 't1' as touchpoint_id, 'c1' as customer_id, timestamp '2026-02-03 08:00:00' as touched_at,
    'K1' as campaign_id, 'visit' as kind, 'e35' as _export_id, 1 as _row_number,
    date '2026-01-01' as _business_date;
insert into lake.event_lead by name
select 'l1' as lead_id, 'K1' as campaign_id, timestamp '2026-02-03 08:00:00' as captured_at,
    'e36' as _export_id, 1 as _row_number, date '2026-01-01' as _business_date;
insert into lake.customer_contact by name
select 'n1' as contact_id, timestamp '2026-02-03 08:00:00' as contacted_at, 'c1' as customer_id,
    'p2' as product_id, 'demo' as tool, 'won' as outcome, 'price' as theme, 'good' as sentiment,
    'e37' as _export_id, 1 as _row_number, date '2026-01-01' as _business_date;
"""

_STATE = """
create table state.load as
select
    'load-' || export_id as load_id, feed as source, json_object('rows', export_id) as export_ids,
    rows + 3 as rows_read, 2 as rows_filtered, 1 as rows_held,
    0 as rows_dropped, 'current' as status, date '2026-02-28' as business_date,
    cast(null as varchar) as replaced_column, cast(null as date) as replaced_from,
    cast(null as date) as replaced_to
from arrived;
create table state.segment as
select
    'segment-' || export_id as segment_id, 'load-' || export_id as load_id, feed, rows,
    'lake/' || feed || '/' || export_id as path
from arrived;
create table state.held as
select 'load-' || export_id as load_id, feed, 'quarantine/' || export_id as path, 1 as rows
from arrived;
create schema quarantine;
create table quarantine.record as select load_id, feed, 99 as row_number from state.held;
create table run.build as select true as is_full;
create table run.consumed (segment_id varchar);
create table run.parameter as select
    'run-1' as run_id, timestamp '2026-03-01 01:00:00' as started_at, true as is_posting,
    'USD' as currency, 2 as money_scale, date '2026-02-28' as as_of_date;
create table state.export as select distinct export_id, feed as source from arrived;
create table plan.plan_version as select 'reps' as plan_id, 1 as plan_version;
create table plan.plan_component as
select 'reps/1/revenue' as component_key, 'reps' as plan_id, 1 as plan_version,
    'revenue' as component_id, 1 as ordinal;
create table plan.plan_quota_rule as
select 'reps/1/revenue' as component_key, 'revenue' as quota_type;
"""

_CORE = """
create table core.sales_line as
select
    order_id || ':1:' || document_type as transaction_id, * exclude (status),
    order_date as document_date, cast('retail' as varchar) as customer_segment,
    net_amount - cost_amount as gross_margin_amount,
    original_order_id || ':1:sale' as original_transaction_id
from staging.stg_sales_line;
insert into core.sales_line by name
select * replace (
    'A4:1:cancellation' as transaction_id, 'A4:1:sale' as original_transaction_id,
    'cancellation' as document_type, cancelled_date as document_date, -quantity as quantity,
    -net_amount as net_amount, -cost_amount as cost_amount,
    -gross_margin_amount as gross_margin_amount
)
from core.sales_line where order_id = 'A4';
create table core.sales_monthly as
select
    product_id, territory_id, channel_id, customer_segment,
    cast(date_trunc('month', document_date) as date) as month, sum(net_amount) as net_amount,
    sum(quantity) as quantity, sum(gross_margin_amount) as gross_margin_amount, count(*) as orders,
    'USD' as currency
from core.sales_line group by all;
create table core.calendar as
select cast(day as date) as date
from range(date '2026-01-01', date '2027-01-01', interval 1 day) as days (day);
create table channel.channel_performance as
select
    channel_id, month, sum(net_amount) as net_amount, sum(quantity) as quantity,
    sum(gross_margin_amount) as gross_margin_amount, 0.00 as trade_terms_amount,
    cast(0 as decimal(24, 6)) as cost_to_serve_amount,
    sum(gross_margin_amount) as net_margin_amount,
    cast(null as decimal(18, 9)) as net_margin_rate, 1 as active_customers, 'USD' as currency
from core.sales_monthly group by all;
update channel.channel_performance
set cost_to_serve_amount = 5.25, net_margin_amount = net_margin_amount - 5.25
where channel_id = 'ch1' and month = date '2026-02-01';
-- Net margins of 40.00, -8.00 - 5.25 and 20.25 on sales of 100.00, -20.00 and 50.50.
update channel.channel_performance set net_margin_rate =
    case net_amount when 100 then 0.4 when -20 then 0.6625 when 50.5 then 0.400990099 end;
"""

# List prices are 1.00 above net on what was sold of p1 in January; nothing else is taken off. No
# trade terms, one competitor, two answers, one expert, and no sales in the spring of 2025.
_RESEARCH = """
create table channel.price_waterfall as
select
    channel_id, product_id, month, quantity, cast(net_amount as decimal(24, 6)) as list_amount,
    cast(0 as decimal(24, 6)) as invoice_discount_amount,
    cast(0 as decimal(24, 6)) as promotion_amount,
    cast(net_amount as decimal(24, 6)) as net_amount, cast(0 as decimal(24, 6)) as rebate_amount,
    cast(0 as decimal(24, 6)) as freight_amount, cast(0 as decimal(24, 6)) as other_terms_amount,
    cast(net_amount as decimal(24, 6)) as pocket_amount,
    cast(net_amount - gross_margin_amount as decimal(24, 6)) as cost_amount,
    cast(gross_margin_amount as decimal(24, 6)) as pocket_margin_amount, 'USD' as currency,
    cast(null as varchar) as reason
from core.sales_monthly;
update channel.price_waterfall
set list_amount = list_amount + 1, invoice_discount_amount = 0.75, promotion_amount = 0.25
where product_id = 'p1' and month = date '2026-01-01';
create table channel.price_position as
select
    'p1' as product_id, 'Rival' as competitor, 'retailer' as channel_type, 't1' as territory_id,
    'Corner shop' as place, date '2026-01-01' as month,
    cast(10 as decimal(24, 6)) as own_price_amount, 'territory' as own_price_level,
    cast(8 as decimal(24, 6)) as competitor_price_amount,
    cast(1.25 as decimal(18, 9)) as price_index, cast(0.5 as decimal(18, 9)) as on_promotion_share,
    2 as sightings, date '2026-01-20' as last_seen_date, 'USD' as currency, 1 as observations,
    cast(null as varchar) as reason;
create table channel.channel_fit as
select
    channel_type, 't1' as territory_id, 'retail' as segment, false as is_sum_of_territories,
    cast(preference as decimal(18, 9)) as customer_preference_share,
    cast(preference as decimal(18, 9)) as customer_preference_share_low,
    cast(1 as decimal(18, 9)) as customer_preference_share_high,
    cast(own as decimal(18, 9)) as own_sales_share,
    cast(competitor as decimal(18, 9)) as competitor_presence_share,
    cast(preference - own as decimal(18, 9)) as gap, 'unclear' as recommendation,
    'Two were asked.' as evidence, 2 as observations, cast(null as varchar) as reason
from (values ('direct', 0.25, 1, 0), ('retailer', 0.75, 0, 1))
    as fit (channel_type, preference, own, competitor);
create table quota.sales_forecast as
select
    date '2026-02-28' as made_date, 'p1' as product_id, territory_id,
    cast(null as varchar) as channel_type, date '2026-03-01' as month, 1 as horizon,
    is_region as is_sum_of_territories, not is_region as is_in_sum_above,
    cast(0 as decimal(18, 6)) as statistical_quantity, cast(5 as decimal(18, 6)) as expert_quantity,
    1 as experts, cast(0 as decimal(18, 6)) as forecast_quantity,
    cast(0 as decimal(18, 6)) as quantity_low, cast(4 as decimal(18, 6)) as quantity_high,
    cast(0 as decimal(24, 6)) as forecast_amount, cast(0 as decimal(18, 9)) as expert_weight,
    'USD' as currency, 12 as observations, cast(null as varchar) as reason
from (values ('t1', false), ('region', true)) as covered (territory_id, is_region);
create table quota.forecast_accuracy as
select
    'tea' as product_line, 't1' as territory_id, 1 as horizon, forecaster_kind, forecaster,
    cast(error / 8 as decimal(18, 9)) as wape, cast(error / 8 as decimal(18, 9)) as bias,
    cast(error / 4 as decimal(18, 9)) as mase,
    cast((4 - error) / 8 as decimal(18, 9)) as value_added, 1 as observations,
    1 as naive_observations,
    cast(error as decimal(24, 6)) as absolute_error_quantity,
    cast(8 as decimal(24, 6)) as absolute_actual_quantity,
    cast(error as decimal(24, 6)) as error_quantity, cast(8 as decimal(24, 6)) as actual_quantity,
    'as told' as method, cast(null as varchar) as reason
from (values ('naive', 'naive', 4), ('expert', 'sari', 2))
    as judged (forecaster_kind, forecaster, error);
"""

_PAY = """
create table quota.rep_attainment as
select
    'andi' as participant_id, 'revenue' as quota_type, '2026-Q1' as period,
    date '2026-01-01' as period_start, date '2026-03-31' as period_end,
    cast(200 as decimal(24, 6)) as quota_amount, cast(130.5 as decimal(24, 6)) as credited_amount,
    cast(0.6525 as decimal(18, 9)) as attainment, cast(-69.5 as decimal(24, 6)) as gap_amount,
    'USD' as currency;
create table quota.company_goal as
select
    'g1' as goal_id, 'revenue' as measure, 'company' as scope, '2026-Q1' as period,
    date '2026-01-01' as period_start, date '2026-03-31' as period_end,
    cast(1000 as decimal(24, 6)) as goal_amount, cast(130.5 as decimal(24, 6)) as actual_amount,
    cast(0.1305 as decimal(18, 9)) as attainment, 'USD' as currency;
create table commission.commission_line as
select
    transaction_id || '|andi' as commission_line_id, 'andi' as participant_id, 'reps' as plan_id,
    1 as plan_version, 'revenue' as component_id, 'participant' as payee,
    strftime(document_date, '%Y-%m') as period,
    cast(date_trunc('month', document_date) as date) as period_start,
    date '2026-01-01' as window_start,
    transaction_id, net_amount as credited_amount,
    cast(net_amount / 10 as decimal(24, 6)) as commission_amount, 'USD' as currency
from core.sales_line;
create table commission.commission_summary as
select
    participant_id, plan_id, plan_version, component_id, payee, window_start,
    date '2026-03-31' as window_end, period, period_start, last_day(period_start) as period_end,
    sum(credited_amount) as measure_amount, cast(null as decimal(24, 6)) as measure_to_date_amount,
    cast(200 as decimal(24, 6)) as quota_amount, cast(null as decimal(18, 9)) as attainment,
    sum(commission_amount) as earned_amount, cast(0 as decimal(24, 6)) as return_effect_amount,
    0.00 as cap_effect_amount, 0.00 as floor_effect_amount, 0.00 as gate_effect_amount,
    sum(commission_amount) as calculated_amount, sum(commission_amount) as commission_amount,
    'USD' as currency, true as is_approved
from commission.commission_line group by all;
update commission.commission_summary set
    measure_to_date_amount = if(period = '2026-01', 100, 130.5),
    attainment = if(period = '2026-01', 0.5, 0.6525);
create table commission.commission_exception (
    exception_id varchar, transaction_id varchar, reason varchar, severity varchar, owner varchar,
    amount decimal(24, 6), period_start date, currency varchar
);
-- January is posted, February pending.
create table commission.ledger as
select
    'posting-' || commission_line_id as posting_id, timestamp '2026-02-01 01:00:00' as posted_at,
    period as posting_period, period as earned_period, period_start as earned_period_start,
    participant_id, plan_id, plan_version, component_id, commission_amount as amount, currency,
    'earning' as kind, 'new' as reason, 'run-1' as run_id
from commission.commission_line;
create table ledger.posting as from commission.ledger where posting_period = '2026-01';
create table state.posting_segment as
select 'segment-1' as posting_segment_id, count(*) as rows from ledger.posting;
create table intermediate.int_commission__pending_posting as
from commission.ledger where posting_period = '2026-02';
create table commission.statement as
select
    participant_id, posting_period as period, earned_period_start as period_start,
    last_day(earned_period_start) as period_end, sum(amount) as earned_amount,
    cast(0 as decimal(24, 6)) as adjustment_amount, sum(amount) as payable_amount,
    cast(null as decimal(24, 6)) as draw_amount, cast(null as decimal(24, 6)) as recovered_amount,
    cast(null as decimal(24, 6)) as held_amount, cast(null as decimal(24, 6)) as released_amount,
    'USD' as currency
from commission.ledger group by all;
create table intermediate.int_commission__opening as
select 'andi' as participant_id, 'reps/1/revenue' as component_key, date '2026-01-01' as as_of,
    cast(0 as decimal(24, 6)) as opening_amount
where false;
create table intermediate.int_commission__quota_window as
select 1 as window_number, 'andi' as participant_id, 'revenue' as component_id,
    'revenue' as quota_type, date '2026-01-01' as window_start, date '2026-01-31' as window_end,
    cast(null as decimal(24, 6)) as quota_amount;
create table intermediate.int_commission__dirty_window as select 1 as window_number;
create table intermediate.int_commission__sale_event as
with numbered as (
    select transaction_id, row_number() over (order by transaction_id) as event_number
    from core.sales_line
)
select
    numbered.event_number, original.event_number as original_event_number,
    sales_line.transaction_id as document_id, 'order' as event_kind,
    coalesce(original_order_id, order_id) as root_order_id,
    cast(net_amount * 100 as bigint) as net_units, document_type <> 'sale' as is_taking_back,
    false as is_orphan
from core.sales_line
inner join numbered using (transaction_id)
left join numbered as original
    on sales_line.original_transaction_id = original.transaction_id;
create table intermediate.int_commission__credit as
select document_id, event_number, 0 as credit_level, root_order_id, net_units, true as is_full_split
from intermediate.int_commission__sale_event;
"""

_CUSTOMER = """
create table customer.survey_score as
select
    'nps' as metric, cast(null as varchar) as segment, period_kind, period,
    date_trunc(period_kind, date '2026-02-01') as period_start, 1 as responses,
    0 as off_scale_responses, 2 as invited, cast(0.5 as decimal(18, 9)) as response_rate,
    cast(-1 as decimal(18, 9)) as score, cast(null as decimal(18, 9)) as score_low,
    cast(null as decimal(18, 9)) as score_high, cast(null as decimal(18, 9)) as change,
    cast(null as decimal(18, 9)) as change_low, cast(null as decimal(18, 9)) as change_high,
    'none' as weighting, 1 as observations, 'net score' as method
from (values ('month', '2026-02'), ('quarter', '2026-Q1')) as period (period_kind, period);
create table customer.complaint_cause as
select
    cause, product_id, date '2026-02-01' as month, 1 as complaints, 1 as open_complaints,
    cast(null as decimal(18, 6)) as median_hours_to_resolve,
    cast(0 as decimal(18, 9)) as within_target_share, cast(null as bigint) as customers_lost,
    cast(null as decimal(24, 6)) as amount_lost, 0 as complaints_old_enough, 'USD' as currency
from staging.stg_complaint;
create table customer.follow_up as
select
    subject_type || id as follow_up_id, subject_type, opened_date, opened_date + 2 as due_date,
    cast(null as date) as closed_date, false as within_target, true as is_overdue
from (values
    ('survey_response', 'r1', date '2026-02-10'), ('complaint', 'k1', date '2026-02-12')
) as subject (subject_type, id, opened_date);
create table customer.save_list as
select
    1 as rank, 'c1' as customer_id, cast(130.5 as decimal(24, 6)) as amount_at_risk,
    'complaint open, detractor' as reason, 'settle' as suggested_action,
    date '2026-02-12' as due_date, 1 as open_complaints, 'USD' as currency, 3 as observations,
    'carried forward' as method;
create table customer.product_recommendation as
select
    recommendation_id, product_id, action, requests as evidence_requests, 2 as evidence_sources,
    sources as sources_for_action, cast(score as decimal(18, 9)) as score, 'few' as reason,
    'USD' as currency, 'outcome_amount: not yet estimated' as missing_because
from (values
    ('product:p1', 'p1', 'keep', 1, 1, 0.5), ('product:p2', 'p2', 'keep', 0, 0, 0),
    ('add:big pack', null, null, 1, 0, 0)
) as recommendation (recommendation_id, product_id, action, requests, sources, score);
"""

# K1 spends 10.10 and has a visit, a lead and promotion P1 of p2: 4 sold instead of 3, for 4.50 off
# and 1.00. K2 spends 7.00 on nothing that could be compared.
_PROMOTION = """
create table intermediate.int_promotion__promotion as
select promotion_id, start_date, end_date, '' as market_id from staging.stg_promotion;
create table intermediate.int_promotion__product as
select 'P1' as promotion_id, 'p2' as product_id;
create table promotion.promotion_performance as
select
    subject_type, promotion_id, campaign_id, 4.50 as discount_amount, 1.00 as fixed_cost_amount,
    5.50 as cost_amount, 3.00 as baseline_quantity, 4.00 as actual_quantity,
    1.00 as incremental_quantity, 0.50 as incremental_quantity_low,
    1.50 as incremental_quantity_high, 0.00 as pulled_forward_amount,
    2.75 as incremental_margin_amount, cast(0.5 as decimal(18, 9)) as roi,
    cast(0.25 as decimal(18, 9)) as roi_low, cast(0.75 as decimal(18, 9)) as roi_high,
    'repeat' as verdict, 7 as observations, 'USD' as currency, 'not all is estimated' as reason
from (values ('promotion', 'P1', 'K1'), ('campaign', null, 'K2')) as subject (
    subject_type, promotion_id, campaign_id
);
update promotion.promotion_performance set
    discount_amount = null, fixed_cost_amount = null, cost_amount = 7, baseline_quantity = null,
    actual_quantity = null, incremental_quantity = null, incremental_quantity_low = null,
    incremental_quantity_high = null, pulled_forward_amount = null,
    incremental_margin_amount = null, roi = null, roi_low = null, roi_high = null,
    verdict = 'unclear'
where subject_type = 'campaign';
create table promotion.campaign_performance as
select
    campaign_id, date '2026-02-01' as month, spend_amount, 100 as impressions,
    cast(null as bigint) as clicks, if(campaign_id = 'K1', 1, null) as visits,
    if(campaign_id = 'K1', 1, 0) as leads, cast(null as decimal(24, 6)) as lead_cost_amount,
    if(campaign_id = 'K1', 1, null) as attributed_orders,
    if(campaign_id = 'K1', 50.50, null) as attributed_amount,
    if(campaign_id = 'K1', spend_amount, null) as cost_per_lead,
    if(campaign_id = 'K1', spend_amount, null) as cost_per_order,
    cast(if(campaign_id = 'K1', 5, null) as decimal(18, 9)) as return_on_spend, 'USD' as currency
from staging.stg_media_spend;
create table promotion.media_performance as
select
    medium, vehicle, '2026-02' as period, date '2026-02-01' as period_start,
    date '2026-02-28' as period_end, sum(spend_amount) as spend_amount,
    sum(impressions) as impressions, sum(clicks) as clicks, sum(reach) as reach,
    sum(gross_rating_points) as gross_rating_points, cast(1 as decimal(18, 9)) as spend_share,
    'USD' as currency
from staging.stg_media_spend group by all;
create table promotion.sales_emphasis as
select
    'retail' as segment, 'p2' as product_id, 'demo' as tool, 1 as contacts, 1 as wins,
    cast(1 as decimal(18, 9)) as win_rate, cast(0.206543 as decimal(18, 9)) as win_rate_low,
    cast(1 as decimal(18, 9)) as win_rate_high, cast(0 as decimal(18, 9)) as lift,
    'cannot tell' as recommendation;
create table promotion.sales_feedback as
select
    'price' as theme, 'p2' as product_id, date '2026-02-01' as month, 1 as mentions,
    cast(1 as decimal(18, 9)) as share, cast(null as decimal(18, 9)) as trend,
    cast(1 as decimal(18, 9)) as sentiment, 'n1' as example_contact_ids, 1 as observations,
    'USD' as currency;
"""


def write_build(database: Path) -> None:
    """Write the build; whatever was there before is gone."""
    database.parent.mkdir(parents=True, exist_ok=True)
    database.unlink(missing_ok=True)
    with duckdb.connect(str(database)) as connection:
        for schema in (
            "lake", "staging", "core", "quota", "commission", "channel", "promotion", "customer",
            "intermediate", "ledger", "plan", "state", "run",
        ):  # fmt: skip
            connection.execute(f"create schema {schema}")
        _write_lake(connection)
        connection.execute(_STATE)
        _write_staging(connection)
        connection.execute(_CORE)
        connection.execute(_RESEARCH)
        connection.execute(_PAY)
        connection.execute(_CUSTOMER)
        connection.execute(_PROMOTION)


def _write_lake(connection: duckdb.DuckDBPyConnection) -> None:
    for feed, contract in contracts().items():
        columns = {column.name: column.duckdb_type for column in contract.columns} | dict(
            SYSTEM_COLUMNS
        )
        defined = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        connection.execute(f"create table lake.{feed} ({defined})")
    connection.execute(_LAKE)
    counts = []
    for feed in contracts():
        connection.execute(f"create view lake.{feed}_arrived as from lake.{feed}")
        connection.execute(
            f"create view lake.{feed}_loaded as select *, 'lake/{feed}/' || _export_id as"
            f" _segment_path from lake.{feed}_arrived"
        )
        counts.append(f"select '{feed}' as feed, _export_id as export_id from lake.{feed}")
    connection.execute(
        "create temp table arrived as select feed, export_id, count(*) as rows "
        f"from ({' union all '.join(counts)}) group by all"
    )


def _write_staging(connection: duckdb.DuckDBPyConnection) -> None:
    for feed in contracts():
        if feed in MASTERS:
            connection.execute(
                f"create table staging.stg_{feed} as select * replace "
                "(date '1900-01-01' as valid_from), date '9999-12-31' as valid_to, "
                f"true as is_current from lake.{feed}"
            )
            connection.execute(f"create table core.{feed} as from staging.stg_{feed}")
        else:
            connection.execute(f"create table staging.stg_{feed} as from lake.{feed}")
