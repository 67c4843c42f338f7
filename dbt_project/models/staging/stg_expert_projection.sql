{{ latest_version(
    feed='expert_projection',
    key=['expert', 'product_id', 'territory_id', 'month', 'made_date'],
    columns=[
        'expert',
        'product_id',
        'territory_id',
        'month',
        'quantity',
        'low',
        'high',
        'made_date',
    ]
) }}
