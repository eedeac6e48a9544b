ALTER TABLE readings SET (timescaledb.compress, timescaledb.compress_segmentby = 'channel', timescaledb.compress_orderby = 'time')
