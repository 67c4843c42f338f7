{# What sources write in their own words, and what it stands for. Only the whole text counts (`not won` is not
   `won`), in small letters and with spaces for `_` and `-`. A word that is not listed stands for nothing: an
   outcome is still open, a sentiment not known. #}

{# won, lost or NULL. #}
{% macro outcome_of(text) -%}
    {%- set won = [
        'won', 'win', 'success', 'successful', 'order', 'ordered', 'sale', 'sold', 'deal', 'closed won', 'converted',
        'accepted', 'signed', 'menang', 'berhasil', 'sukses', 'terjual', 'pesan', 'jadi beli',
    ] -%}
    {%- set lost = [
        'lost', 'loss', 'lose', 'failed', 'failure', 'rejected', 'declined', 'refused', 'closed lost', 'no sale',
        'no order', 'no deal', 'kalah', 'gagal', 'ditolak', 'menolak', 'batal', 'tidak jadi', 'tidak beli',
    ] -%}
    case
        when {{ plain_words(text) }} in ('{{ won | join("', '") }}') then 'won'
        when {{ plain_words(text) }} in ('{{ lost | join("', '") }}') then 'lost'
    end
{%- endmacro %}

{# 1 positive, 0 neutral, -1 negative, or NULL. #}
{% macro sentiment_of(text) -%}
    {%- set positive = [
        'positive', 'good', 'happy', 'satisfied', 'pleased', 'positif', 'puas', 'senang', 'baik', 'bagus',
    ] -%}
    {%- set neutral = ['neutral', 'mixed', 'netral', 'biasa', 'biasa saja'] -%}
    {%- set negative = [
        'negative', 'bad', 'unhappy', 'dissatisfied', 'angry', 'negatif', 'tidak puas', 'kecewa', 'buruk', 'marah',
    ] -%}
    case
        when {{ plain_words(text) }} in ('{{ positive | join("', '") }}') then 1
        when {{ plain_words(text) }} in ('{{ neutral | join("', '") }}') then 0
        when {{ plain_words(text) }} in ('{{ negative | join("', '") }}') then -1
    end
{%- endmacro %}

{# Text as words are compared: small letters, no space around, spaces for `_` and `-`; NULL without text. #}
{% macro plain_words(text) -%}
    nullif(trim(replace(replace(lower({{ text }}), '_', ' '), '-', ' ')), '')
{%- endmacro %}
