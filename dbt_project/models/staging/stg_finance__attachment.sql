{{
    config(
        meta={'feed': 'finance_attachments'},
        pre_hook="{{ begin_merge('finance_attachments') }}",
        post_hook="{{ end_merge('finance_attachments', ['(valid_to)', '(lower(file_sha256))']) }}",
        indexes=[
            {'columns': ['natural_key', 'valid_from'], 'unique': true},
            {'columns': ['valid_from']},
            {'columns': ['voucher_id']},
        ]
    )
}}

{{
    in_force_rows(
        'finance_attachments',
        [
            'acct_set_code',
            'fiscal_year',
            'acct_period',
            'voucher_no',
            'attachment_no',
            'attachment_type',
            'document_no',
            'document_date',
            'uploaded_at',
            'file_sha256',
            'amount',
            'invoice_code',
            'invoice_no',
            'seller_name',
            'seller_tax_no',
            'buyer_name',
            'buyer_tax_no',
            'check_result',
            'visit_unit',
            'visit_date',
            'visitors_num',
            'companions_num',
        ],
        'daily',
        derived={'voucher_id': voucher_id()}
    )
}}
