{{ latest_version(
    feed='promotion',
    key=['promotion_id'],
    columns=[
        'promotion_id',
        'campaign_id',
        'kind',
        'mechanic',
        'discount_rate',
        'discount_amount',
        'start_date',
        'end_date',
        'scope',
        'fixed_cost_amount',
    ]
) }}
