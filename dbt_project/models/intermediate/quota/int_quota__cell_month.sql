{{ config(materialized='table') }}

with

booked as (
    select
        product_id,
        territory_id,
        month,
        sum(quantity) as quantity
    from {{ ref('sales_monthly') }}
    group by product_id, territory_id, month
),

named as (
    select territory_id from booked
    union
    select territory_id from {{ ref('stg_expert_projection') }}
),

covering as (
    select
        ancestor.territory_id,
        ancestor.ancestor_id,
        ancestor.distance
    from {{ ref('int_territory__ancestor') }} as ancestor
    inner join named
        on ancestor.ancestor_id = named.territory_id
),

final as (
    select
        booked.product_id,
        coalesce(covering.ancestor_id, booked.territory_id) as territory_id,
        booked.month,
        cast(sum(booked.quantity) as decimal(18, 6)) as quantity,
        max(coalesce(covering.distance, 0)) > 0 as is_sum_of_territories
    from booked
    left join covering
        on booked.territory_id = covering.territory_id
    group by booked.product_id, coalesce(covering.ancestor_id, booked.territory_id), booked.month
)

select * from final
