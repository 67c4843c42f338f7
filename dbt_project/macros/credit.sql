{# Key of an event as a number: what happened to a document, of which there are at most 1,048,575. #}
{% macro event_number(document_number, number_in_document) -%}
    cast({{ document_number }} as bigint) * 1048576 + {{ number_in_document }}
{%- endmacro %}

{# Credits with the components that they may count for: of a plan that the participant is on that day, for credit of
   that kind, on the date that counts. The joined are named credit, assignment and component. #}
{% macro from_credits_of_components(credits) -%}
    from {{ credits }} as credit
    inner join {{ ref('int_commission__assignment') }} as assignment
        on
            credit.participant_id = assignment.participant_id
            and credit.event_date between assignment.valid_from and assignment.valid_to
    inner join {{ ref('int_commission__component_day') }} as component
        on
            assignment.plan_id = component.plan_id
            and credit.event_kind = component.event_kind
            and credit.credit_kind = component.credit_kind
            and credit.credit_level = component.credit_level
            and credit.event_date = component.day
{%- endmacro %}

{# The components that sales count for, and on which curve: of `credits`, a relation of credits in the model
   int_commission__component_credit, which has what is joined here. Written out for each relation, so that no
   engine keeps all credits aside to look up a few of them. #}
{% macro sold_credits(credits, filters, goes_on) -%}
    select
        credit.*,
        assignment.participant_number,
        {%- for column in columns_of_counted_component() %}
            component.{{ column }},
        {%- endfor %}
        component.calendar_start,
        component.pay_period_start,
        component.component_key as original_component_key,
        {{ curve_of_terms(filters) }} as curve_number
    {{ from_credits_of_components(credits) }}
    left join left_participant
        on credit.participant_id = left_participant.participant_id
    {{ tables_of_conditions(filters, of_touched_orders=goes_on) }}
    where
        not credit.is_taking_back
        and (left_participant.leave_date is null or credit.event_date <= left_participant.leave_date)
        and (
            not component.needs_full_split
            or case when component.shares_out_pay then credit.is_full_pay_split else credit.is_full_split end
        )
        and {{ condition_holds(filters, 'component.filter_number') }}
{%- endmacro %}

{# What int_commission__component_credit keeps of the component that a credit counts for. #}
{% macro columns_of_counted_component() -%}
    {{ return([
        'component_key', 'component_number', 'plan_id', 'component_id', 'measure', 'returns_rate',
        'returns_keep_attainment',
    ]) }}
{%- endmacro %}

{# Whether some component pays for sales as if what comes back of them had never been sold. #}
{% macro has_rerated_returns() -%}
    {%- if execute -%}
        {{ return(run_query(
            'select 1 from ' ~ source('plan', 'plan_component') ~ " where returns_rate = 'rerate' limit 1"
        ).rows | length > 0) }}
    {%- endif -%}
    {{ return(true) }}
{%- endmacro %}
