SELECT drop_record_before($1)
