{# Calendar periods by kind: month, quarter, half, year. `kind` and `day` are columns or expressions. #}

{% macro period_start(kind, day) -%}
    cast(case {{ kind }}
        when 'month' then {{ dbt.date_trunc('month', day) }}
        when 'quarter' then {{ dbt.date_trunc('quarter', day) }}
        when 'half' then make_date(
            cast(extract(year from {{ day }}) as integer), case when extract(month from {{ day }}) <= 6 then 1 else 7 end, 1
        )
        when 'year' then {{ dbt.date_trunc('year', day) }}
    end as date)
{%- endmacro %}

{# Last day of the period that begins at `start`. #}
{% macro period_end(kind, start) -%}
    last_day(cast(case {{ kind }}
        when 'month' then {{ start }}
        when 'quarter' then {{ dbt.dateadd('month', 2, start) }}
        when 'half' then {{ dbt.dateadd('month', 5, start) }}
        when 'year' then {{ dbt.dateadd('month', 11, start) }}
    end as date))
{%- endmacro %}

{# Name of the period that begins at `start`: 2026-10, 2026-Q4, 2026-H2, 2026. #}
{% macro period_name(kind, start) -%}
    {%- set year -%} cast(extract(year from {{ start }}) as {{ dbt.type_string() }}) {%- endset -%}
    {%- set month -%} extract(month from {{ start }}) {%- endset -%}
    case {{ kind }}
        when 'month' then {{ year }} || '-' || lpad(cast({{ month }} as {{ dbt.type_string() }}), 2, '0')
        when 'quarter' then {{ year }} || '-Q' || cast({{ idiv('cast(' ~ month ~ ' as integer) + 2', '3') }} as {{ dbt.type_string() }})
        when 'half' then {{ year }} || '-H' || case when {{ month }} <= 6 then '1' else '2' end
        when 'year' then {{ year }}
    end
{%- endmacro %}

{# First day of a period given by its name; NULL where the name is none of the calendar's. #}
{% macro named_period_start(name) -%}
    {%- set year = 'try_cast(substring(' ~ name ~ ', 1, 4) as integer)' -%}
    {%- set number = 'try_cast(substring(' ~ name ~ ', 7, 1) as integer)' -%}
    {%- set month = 'try_cast(substring(' ~ name ~ ', 6, 2) as integer)' -%}
    case
        when {{ year }} is null or {{ year }} < 1900 then null
        when length({{ name }}) = 4 then make_date({{ year }}, 1, 1)
        when length({{ name }}) <> 7 or substring({{ name }}, 5, 1) <> '-' then null
        when substring({{ name }}, 6, 1) = 'Q'
            then case when {{ number }} between 1 and 4 then make_date({{ year }}, 3 * {{ number }} - 2, 1) end
        when substring({{ name }}, 6, 1) = 'H'
            then case when {{ number }} between 1 and 2 then make_date({{ year }}, 6 * {{ number }} - 5, 1) end
        when {{ month }} between 1 and 12 then make_date({{ year }}, {{ month }}, 1)
    end
{%- endmacro %}

{% macro named_period_kind(name) -%}
    case
        when length({{ name }}) = 4 then 'year'
        when substring({{ name }}, 6, 1) = 'Q' then 'quarter'
        when substring({{ name }}, 6, 1) = 'H' then 'half'
        when length({{ name }}) = 7 then 'month'
    end
{%- endmacro %}

{# Key of a window: participant, component of a plan version, first day. #}
{% macro window_id(participant_id, component_key, window_start) -%}
    {{ participant_id }} || '|' || {{ component_key }} || '|' || cast({{ window_start }} as {{ dbt.type_string() }})
{%- endmacro %}

{# First day of the last month that is over on the evening of `day`. #}
{% macro last_complete_month(day) -%}
    cast({{ dbt.dateadd('month', -1, dbt.date_trunc('month', dbt.dateadd('day', 1, day))) }} as date)
{%- endmacro %}

{# First day of the month that lies `months` after (or before) the month that begins at `month`. #}
{% macro add_months(month, months) -%}
    cast({{ dbt.dateadd('month', months, month) }} as date)
{%- endmacro %}

{# Whole months from the month of one day to the month of another. #}
{% macro months_between(first, last) -%}
    cast({{ dbt.datediff(first, last, 'month') }} as bigint)
{%- endmacro %}
