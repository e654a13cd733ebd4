-- What kind of unit each one is, how large, and how many others are like it.
with peers as (
    select * from {{ ref('int_unit_peer') }}
),

units as (
    select * from {{ ref('int_unit') }}
),

final as (
    select
        peers.unit_id,
        peers.unit_type,
        peers.staff_count,
        units.township,
        peers.township_units,
        peers.township_size,
        peers.peer_count
    from peers
    inner join units on peers.unit_id = units.unit_id
)

select * from final
