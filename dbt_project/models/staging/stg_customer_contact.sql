{{ latest_version(
    feed='customer_contact',
    key=['contact_id'],
    columns=[
        'contact_id',
        'about_response_id',
        'about_complaint_id',
        'contacted_at',
        'participant_id',
        'customer_id',
        'product_id',
        'tool',
        'emphasis',
        'outcome',
        'theme',
        'sentiment',
        'note',
    ]
) }}
