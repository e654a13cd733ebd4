{{ config(tags=['register']) }}
{#- Characters that tell one unit from the next. -#}
{%- set telling = '[0-9〇零一二三四五六七八九十百千东南西北中上下大小新老旧前后左右内外高低初分总支副'
    ~ '甲乙丙丁县市区镇乡村]' -%}
{%- set threshold = 0.75 -%}
{%- set margin = 0.05 -%}
-- Pairs of users still unmatched whose names are alike, within one township: which are one unit?
with users as (
    select * from {{ ref('int_unit_user') }}
),

certain as (
    select * from {{ ref('int_unit_certain_match') }}
),

crosswalk as (
    select * from {{ ref('unit_crosswalk') }}
),

abbreviations as (
    select * from {{ ref('unit_name_abbreviation') }}
),

words as (
    select word, length(word) as word_length from {{ ref('unit_name_word') }}
),

readings as (
    select * from {{ ref('character_reading') }}
),

numbers as (
    select n
    from (
        values
        {%- for n in range(1, 61) %}
        ({{ n }}){{ ',' if not loop.last }}
        {%- endfor %}
    ) as listed (n)
),

told_apart as (
    select finance_agency_code, treasury_agency_code from crosswalk where decision = 'different'
),

written_out as (
    select
        users.platform,
        users.agency_code,
        left(
            users.normalised_name,
            length(users.normalised_name) - length(abbreviations.short_form)
        )
        || abbreviations.full_form as full_name,
        row_number() over (
            partition by users.platform, users.agency_code
            order by length(abbreviations.short_form) desc
        ) as place
    from users
    inner join abbreviations
        on right(users.normalised_name, length(abbreviations.short_form)) = abbreviations.short_form
),

named as (
    select
        users.platform,
        users.agency_code,
        users.uscc,
        users.township_key,
        users.normalised_name as name,
        coalesce(written_out.full_name, users.normalised_name) as full_name,
        count(*) over (
            partition by
                users.platform,
                users.township_key,
                coalesce(written_out.full_name, users.normalised_name)
        ) as users_of_full_name
    from users
    left join written_out
        on
            users.platform = written_out.platform
            and users.agency_code = written_out.agency_code
            and written_out.place = 1
),

finance as (
    select *
    from named
    where
        platform = 'finance'
        and agency_code not in (select finance_agency_code from certain)
),

treasury as (
    select *
    from named
    where
        platform = 'treasury'
        and agency_code not in (select treasury_agency_code from certain)
),

pairs as (
    select
        finance.agency_code as finance_agency_code,
        treasury.agency_code as treasury_agency_code,
        finance.full_name as finance_name,
        treasury.full_name as treasury_name,
        length(finance.full_name) as finance_length,
        length(treasury.full_name) as treasury_length,
        finance.users_of_full_name = 1 and treasury.users_of_full_name = 1 as is_single
    from finance
    inner join treasury
        on
            finance.township_key = treasury.township_key
            and abs(length(finance.full_name) - length(treasury.full_name)) <= 2
            and (
                left(finance.full_name, 1) = left(treasury.full_name, 1)
                or right(finance.full_name, 1) = right(treasury.full_name, 1)
            )
    left join told_apart
        on
            finance.agency_code = told_apart.finance_agency_code
            and treasury.agency_code = told_apart.treasury_agency_code
    where
        finance.name != treasury.name
        and (finance.uscc is null or treasury.uscc is null or finance.uscc = treasury.uscc)
        and told_apart.finance_agency_code is null
),

heads as (
    select
        pairs.finance_agency_code,
        pairs.treasury_agency_code,
        count(numbers.n) as head_length
    from pairs
    left join numbers
        on
            numbers.n <= least(pairs.finance_length, pairs.treasury_length)
            and left(pairs.finance_name, numbers.n) = left(pairs.treasury_name, numbers.n)
    group by pairs.finance_agency_code, pairs.treasury_agency_code
),

tails as (
    select
        pairs.finance_agency_code,
        pairs.treasury_agency_code,
        count(numbers.n) as tail_length
    from pairs
    inner join heads
        on
            pairs.finance_agency_code = heads.finance_agency_code
            and pairs.treasury_agency_code = heads.treasury_agency_code
    left join numbers
        on
            numbers.n <= least(pairs.finance_length, pairs.treasury_length) - heads.head_length
            and right(pairs.finance_name, numbers.n) = right(pairs.treasury_name, numbers.n)
    group by pairs.finance_agency_code, pairs.treasury_agency_code
),

-- What is left between the common beginning and the common end.
differences as (
    select
        pairs.*,
        heads.head_length,
        substr(
            pairs.finance_name,
            cast(heads.head_length + 1 as integer),
            cast(pairs.finance_length - heads.head_length - tails.tail_length as integer)
        ) as finance_part,
        substr(
            pairs.treasury_name,
            cast(heads.head_length + 1 as integer),
            cast(pairs.treasury_length - heads.head_length - tails.tail_length as integer)
        ) as treasury_part
    from pairs
    inner join heads
        on
            pairs.finance_agency_code = heads.finance_agency_code
            and pairs.treasury_agency_code = heads.treasury_agency_code
    inner join tails
        on
            pairs.finance_agency_code = tails.finance_agency_code
            and pairs.treasury_agency_code = tails.treasury_agency_code
),

classified as (
    select
        differences.*,
        case
            when finance_name = treasury_name then 'abbreviation'
            when
                length(finance_part) = 2
                and length(treasury_part) = 2
                and left(finance_part, 1) = right(treasury_part, 1)
                and right(finance_part, 1) = left(treasury_part, 1)
                then 'swapped'
            when length(finance_part) = 1 and length(treasury_part) = 1 then 'replaced'
            when length(finance_part) + length(treasury_part) = 1 then 'missing'
            else 'other'
        end as difference
    from differences
),

scored as (
    select
        classified.*,
        cast(
            case
                when difference = 'abbreviation' then 0.95
                when difference = 'other'
                    then
                        1 - 1.0 * greatest(length(finance_part), length(treasury_part))
                        / greatest(finance_length, treasury_length)
                else 1 - 1.0 / greatest(finance_length, treasury_length)
            end as numeric(4, 3)
        ) as score
    from classified
),

-- A common word in which the difference falls, in the one name and in the other.
words_hit as (
    select
        scored.finance_agency_code,
        scored.treasury_agency_code,
        max(
            case
                when
                    substr(
                        scored.finance_name,
                        cast(scored.head_length + 2 - numbers.n as integer),
                        words.word_length
                    ) = words.word
                    and numbers.n <= scored.head_length + 1
                    and length(scored.finance_part) > 0
                    then 1
                else 0
            end
        ) = 1 as is_word_in_finance,
        max(
            case
                when
                    substr(
                        scored.treasury_name,
                        cast(scored.head_length + 2 - numbers.n as integer),
                        words.word_length
                    ) = words.word
                    and numbers.n <= scored.head_length + 1
                    and length(scored.treasury_part) > 0
                    then 1
                else 0
            end
        ) = 1 as is_word_in_treasury
    from scored
    inner join words
        on
            {{ contains('scored.finance_name', 'words.word') }}
            or {{ contains('scored.treasury_name', 'words.word') }}
    inner join numbers on numbers.n <= words.word_length
    where scored.difference in ('replaced', 'missing', 'swapped')
    group by scored.finance_agency_code, scored.treasury_agency_code
),

ranked as (
    select
        scored.*,
        coalesce(words_hit.is_word_in_finance, false) as is_word_in_finance,
        coalesce(words_hit.is_word_in_treasury, false) as is_word_in_treasury,
        finance_reading.reading = treasury_reading.reading as is_same_sound,
        {{ matches('scored.finance_part', telling) }} as is_telling_in_finance,
        {{ matches('scored.treasury_part', telling) }} as is_telling_in_treasury,
        row_number() over (
            partition by scored.finance_agency_code
            order by scored.score desc, scored.treasury_agency_code
        ) as finance_rank,
        row_number() over (
            partition by scored.treasury_agency_code
            order by scored.score desc, scored.finance_agency_code
        ) as treasury_rank,
        lead(scored.score) over (
            partition by scored.finance_agency_code
            order by scored.score desc, scored.treasury_agency_code
        ) as finance_next_score,
        lead(scored.score) over (
            partition by scored.treasury_agency_code
            order by scored.score desc, scored.finance_agency_code
        ) as treasury_next_score
    from scored
    left join words_hit
        on
            scored.finance_agency_code = words_hit.finance_agency_code
            and scored.treasury_agency_code = words_hit.treasury_agency_code
    left join readings as finance_reading on scored.finance_part = finance_reading.character
    left join readings as treasury_reading on scored.treasury_part = treasury_reading.character
),

-- A slip of the pen turns a common word into none: 服务中心 into 服务仲心. Two words, or none
-- (红星村, 红旗村), may be two units.
judged as (
    select
        ranked.*,
        case
            when difference = 'abbreviation' then is_single
            when difference = 'replaced'
                then coalesce(is_same_sound, false) and is_word_in_finance != is_word_in_treasury
            when difference = 'missing'
                then
                    (is_word_in_finance or is_word_in_treasury)
                    and not (is_telling_in_finance or is_telling_in_treasury)
            when difference = 'swapped' then is_word_in_finance != is_word_in_treasury
            else false
        end as is_slip,
        case
            when difference = 'replaced'
                then
                    (is_telling_in_finance or is_telling_in_treasury)
                    and not coalesce(is_same_sound, false)
                    or (is_word_in_finance and is_word_in_treasury)
                    or (is_telling_in_finance and is_telling_in_treasury)
            when difference = 'missing' then is_telling_in_finance or is_telling_in_treasury
            when difference = 'other' then true
            else false
        end as is_other_unit,
        greatest(finance_next_score, treasury_next_score) as runner_up_score
    from ranked
    where score >= {{ threshold }} and finance_rank = 1 and treasury_rank = 1
),

final as (
    select
        finance_agency_code,
        treasury_agency_code,
        finance_name,
        treasury_name,
        difference,
        score,
        runner_up_score,
        is_slip and score - coalesce(runner_up_score, 0) >= {{ margin }} as is_match,
        is_other_unit
    from judged
)

select * from final
