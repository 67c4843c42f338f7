{# The split rule of each sale: the most specific that is valid at the order's date. #}

{% set keys = ['order_id', 'customer_id', 'product_id', 'channel_id', 'territory_id'] %}

with

sale as (
    select * from {{ ref('int_sales__document') }}
    where document_type = 'sale'
),

rule as (
    select
        *,
        case
            when order_id is not null then 1
            when customer_id is not null then 2
            when product_id is not null then 3
            when channel_id is not null then 4
            when territory_id is not null then 5
        end as specificity
    from {{ ref('stg_credit_split') }}
),

matched as (
    {% for key in keys %}
        select
            sale.document_id,
            sale.root_order_id,
            rule.specificity,
            rule.rule_id,
            rule.valid_from,
            rule.participant_id,
            rule.role,
            rule.share
        from sale
        inner join rule
            on
                sale.{{ key }} = rule.{{ key }}
                and rule.specificity = {{ loop.index }}
                and sale.order_date between coalesce(rule.valid_from, cast('1900-01-01' as date))
                and coalesce(rule.valid_to, cast('9999-12-31' as date))
                and {{ other_keys_match(keys[loop.index:]) }}
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}
),

ranked as (
    select
        *,
        rank() over (partition by document_id order by specificity) as specificity_rank,
        rank() over (
            partition by document_id, specificity, rule_id order by valid_from desc nulls last
        ) as recency_rank
    from matched
),

best as (
    select
        document_id,
        root_order_id,
        rule_id,
        participant_id,
        min(role) as role,
        sum(share) as share
    from ranked
    -- A rule that is issued anew replaces itself.
    where specificity_rank = 1 and recency_rank = 1
    group by document_id, root_order_id, rule_id, participant_id
),

final as (
    select
        best.document_id,
        best.root_order_id,
        best.rule_id,
        best.participant_id,
        best.role,
        cast(best.share as decimal(18, 9)) as share,
        cast(best.share * cast(1000000000 as decimal(10, 0)) as bigint) as share_parts,
        min(best.rule_id) over of_document <> max(best.rule_id) over of_document as is_ambiguous,
        sum(best.share) over of_document = 1 as is_full
    from best
    window of_document as (partition by best.document_id)
)

select * from final
