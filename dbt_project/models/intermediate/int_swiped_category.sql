-- One row per merchant category seen on official cards: how many swipes name it. 0000 is none: it
-- stands where the acquirer sent none.
{{ config(tags=['fact']) }}
select
    mcc,
    count(*) as swipe_count
from {{ ref('int_card_transaction') }}
where mcc is not null and mcc != '0000'
group by mcc
