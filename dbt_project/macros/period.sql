{# Calendar periods by kind: week (Monday to Sunday), month, quarter, half, year. `kind` and `day` are columns or
   expressions. Where a kind is a column, and may be of the fiscal year, int_calendar__period is joined. #}

{% macro period_start(kind, day) -%}
    cast(case {{ kind }}
        when 'week' then {{ dbt.date_trunc('week', day) }}
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
    case
        when {{ kind }} = 'week' then cast({{ dbt.dateadd('day', 6, start) }} as date)
        else last_day(cast(case {{ kind }}
            when 'month' then {{ start }}
            when 'quarter' then {{ dbt.dateadd('month', 2, start) }}
            when 'half' then {{ dbt.dateadd('month', 5, start) }}
            when 'year' then {{ dbt.dateadd('month', 11, start) }}
        end as date))
    end
{%- endmacro %}

{# Name of the period that begins at `start`: 2026-W05 (as ISO 8601 counts weeks: of the year of its Thursday),
   2026-10, 2026-Q4, 2026-H2, 2026. #}
{% macro period_name(kind, start) -%}
    {%- set year -%} cast(extract(year from {{ start }}) as {{ dbt.type_string() }}) {%- endset -%}
    {%- set month -%} extract(month from {{ start }}) {%- endset -%}
    {%- set thursday -%} cast({{ dbt.dateadd('day', 3, start) }} as date) {%- endset -%}
    {%- set week -%} {{ idiv('cast(extract(doy from ' ~ thursday ~ ') as integer) + 6', '7') }} {%- endset -%}
    case {{ kind }}
        when 'week'
            then cast(extract(year from {{ thursday }}) as {{ dbt.type_string() }}) || '-W'
                || lpad(cast({{ week }} as {{ dbt.type_string() }}), 2, '0')
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
    {%- set week = 'try_cast(substring(' ~ name ~ ', 7, 2) as integer)' -%}
    case
        when {{ year }} is null or {{ year }} < 1900 then null
        when length({{ name }}) = 4 then make_date({{ year }}, 1, 1)
        when length({{ name }}) = 8 and substring({{ name }}, 5, 2) = '-W'
            then case
                when {{ week }} between 1 and 53
                    then cast({{ dbt.dateadd(
                        'day', '7 * (' ~ week ~ ' - 1)', dbt.date_trunc('week', 'make_date(' ~ year ~ ', 1, 4)')
                    ) }} as date)
            end
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
        when length({{ name }}) = 8 then 'week'
    end
{%- endmacro %}

{# Key of a window: participant, component of a plan version, first day. #}
{% macro window_id(participant_id, component_key, window_start) -%}
    {{ participant_id }} || '|' || {{ component_key }} || '|' || cast({{ window_start }} as {{ dbt.type_string() }})
{%- endmacro %}

{# The same as a number, by which lines are kept and joined: keys of text would take most of the time of the models that
   keep every line. Participant, component and day stand side by side in 63 bits: up to 2,097,151 participants and
   1,048,575 components of plan versions. #}
{% macro window_number(participant_number, component_number, window_start) -%}
    (cast({{ participant_number }} as bigint) * 1048576 + {{ component_number }}) * 4194304
    + {{ dbt.datediff("cast('0001-01-01' as date)", window_start, 'day') }}
{%- endmacro %}

{% macro participant_of_window(window_number) -%}
    {{ idiv(window_number, '4398046511104') }}
{%- endmacro %}

{% macro component_of_window(window_number) -%}
    {{ idiv(window_number, '4194304') }} % 1048576
{%- endmacro %}

{% macro start_of_window(window_number) -%}
    cast({{ dbt.dateadd('day', 'cast(' ~ window_number ~ ' % 4194304 as integer)', "cast('0001-01-01' as date)") }} as date)
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

{# Days that two or more spans have in common, both ends counted; 0 without any. #}
{% macro common_days(starts, ends) -%}
    {%- set first = 'greatest(' ~ starts | join(', ') ~ ')' -%}
    {%- set last = 'least(' ~ ends | join(', ') ~ ')' -%}
    greatest({{ dbt.datediff(first, last, 'day') }} + 1, 0)
{%- endmacro %}
