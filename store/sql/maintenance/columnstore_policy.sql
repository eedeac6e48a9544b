SELECT add_compression_policy('readings', compress_after => $1::interval, if_not_exists => true)
