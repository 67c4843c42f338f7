{{ latest_version(
    feed='offer',
    key=['offer_id'],
    columns=[
        'offer_id',
        'product_id',
        'segment',
        'valid_from',
        'valid_to',
        'cost_amount',
    ]
) }}
