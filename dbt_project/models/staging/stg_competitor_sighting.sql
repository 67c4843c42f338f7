{{ latest_version(
    feed='competitor_sighting',
    key=['sighting_id'],
    columns=[
        'sighting_id',
        'competitor',
        'channel_type',
        'place',
        'territory_id',
        'product_id',
        'price',
        'currency',
        'seen_date',
        'on_promotion',
    ]
) }}
