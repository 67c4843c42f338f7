with

contact as (
    select
        contact.contact_id,
        customer.segment,
        contact.product_id,
        {{ plain_words('contact.tool') }} as tool,
        {{ plain_words('contact.emphasis') }} as emphasis,
        {{ outcome_of('contact.outcome') }} as outcome
    from {{ ref('stg_customer_contact') }} as contact
    left join {{ ref('stg_customer') }} as customer
        on
            contact.customer_id = customer.customer_id
            and {{ local_date('contact.contacted_at') }} between customer.valid_from and customer.valid_to
),

known as (
    select
        *,
        case when outcome = 'won' then 1 else 0 end as is_win
    from contact
    where outcome is not null
),

by_emphasis as (
    select
        segment,
        product_id,
        tool,
        emphasis,
        count(*) as contacts,
        sum(is_win) as wins
    from known
    where emphasis is not null
    group by segment, product_id, tool, emphasis
),

by_tool as (
    select
        segment,
        product_id,
        tool,
        cast(count(*) as bigint) as contacts,
        cast(sum(is_win) as bigint) as wins
    from known
    group by segment, product_id, tool
),

totalled as (
    select
        *,
        cast(sum(contacts) over (partition by segment, product_id) as bigint) as all_contacts,
        cast(sum(wins) over (partition by segment, product_id) as bigint) as all_wins
    from by_tool
),

rated as (
    select
        *,
        {{ ratio('wins', 'contacts') }} as win_rate,
        {{ wilson_low('wins', 'contacts') }} as win_rate_low,
        {{ wilson_high('wins', 'contacts') }} as win_rate_high,
        {{ ratio('all_wins', 'all_contacts') }} as all_win_rate
    from totalled
),

-- An emphasis carries where even the low end of what it wins is above the tool's rate.
carrying as (
    select
        by_emphasis.*,
        {{ ratio('by_emphasis.wins', 'by_emphasis.contacts') }} as win_rate,
        row_number() over (
            partition by by_emphasis.segment, by_emphasis.product_id, by_emphasis.tool
            order by
                {{ wilson_low('by_emphasis.wins', 'by_emphasis.contacts') }} desc nulls last,
                by_emphasis.emphasis asc
        ) as emphasis_rank
    from by_emphasis
    inner join rated
        on
            by_emphasis.segment is not distinct from rated.segment
            and by_emphasis.product_id is not distinct from rated.product_id
            and by_emphasis.tool is not distinct from rated.tool
    where
        by_emphasis.contacts >= {{ var('fewest_contacts') }}
        and {{ wilson_low('by_emphasis.wins', 'by_emphasis.contacts') }} > rated.win_rate
),

final as (
    select
        rated.segment,
        rated.product_id,
        rated.tool,
        rated.contacts,
        rated.wins,
        rated.win_rate,
        rated.win_rate_low,
        rated.win_rate_high,
        {{ ratio(
            'rated.wins * rated.all_contacts - rated.contacts * rated.all_wins', 'rated.contacts * rated.all_wins'
        ) }} as lift,
        case
            when rated.tool is null then 'cannot tell'
            when rated.win_rate_low > rated.all_win_rate then 'stress'
            when rated.win_rate_high < rated.all_win_rate then 'leave out'
            else 'cannot tell'
        end as recommendation,
        carrying.emphasis,
        carrying.win_rate as emphasis_win_rate,
        cast(carrying.contacts as bigint) as emphasis_contacts,
        rated.contacts as observations,
        'share of wins with Wilson interval, against all tools' as method,
        {{ reasons([
            ('lift', 'rated.all_wins = 0', "'nothing was won with any tool'"),
            ('recommendation', 'rated.tool is null', "'no tool is stated'"),
            (
                'recommendation', 'rated.tool is not null and rated.contacts = rated.all_contacts',
                "'there is no other tool to compare with'",
            ),
            ('emphasis', 'carrying.emphasis is null', "'none wins clearly more often than the tool does'"),
        ]) }} as reason
    from rated
    left join carrying
        on
            rated.segment is not distinct from carrying.segment
            and rated.product_id is not distinct from carrying.product_id
            and rated.tool is not distinct from carrying.tool
            and carrying.emphasis_rank = 1
)

select * from final
