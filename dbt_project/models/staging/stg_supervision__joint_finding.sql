{{
    config(
        meta={'feed': 'joint_findings'},
        pre_hook="{{ begin_merge('joint_findings') }}",
        post_hook="{{ end_merge('joint_findings') }}",
        indexes=[
            {'columns': ['natural_key', 'valid_from'], 'unique': true},
            {'columns': ['valid_from']},
        ]
    )
}}

{{
    in_force_rows(
        'joint_findings',
        [
            'finding_no',
            'department',
            'platform',
            'agency_code',
            'matter_class',
            'period_from',
            'period_to',
            'finding',
            'amount',
            'conclusion',
            'concluded_on',
            'document_no',
            'body_code',
        ],
        'snapshot'
    )
}}
