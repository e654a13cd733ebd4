{{
    config(
        meta={'feed': 'leases'},
        pre_hook="{{ begin_merge('leases') }}",
        post_hook="{{ end_merge('leases') }}",
        indexes=[
            {'columns': ['natural_key', 'valid_from'], 'unique': true},
            {'columns': ['valid_from']},
        ]
    )
}}

{{
    in_force_rows(
        'leases',
        [
            'lease_no',
            'agency_code',
            'asset_name',
            'tenant_name',
            'annual_rent',
            'starts_on',
            'ends_on',
        ],
        'snapshot'
    )
}}
