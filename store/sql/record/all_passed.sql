SELECT NOT EXISTS (
    SELECT FROM projection_cursor WHERE EXISTS (
        SELECT FROM record WHERE record.partition = projection_cursor.partition
        AND record.position > projection_cursor.position AND record.received < $1))
