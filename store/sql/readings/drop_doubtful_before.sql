SELECT drop_doubtful_before($1)
