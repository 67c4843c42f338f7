{{ latest_version(
    feed='media_spend',
    key=['day', 'campaign_id', 'medium', 'vehicle', 'territory_id'],
    columns=[
        'day',
        'campaign_id',
        'medium',
        'vehicle',
        'territory_id',
        'spend_amount',
        'currency',
        'impressions',
        'clicks',
        'reach',
        'gross_rating_points',
    ]
) }}
