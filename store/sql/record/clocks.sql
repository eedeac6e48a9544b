SELECT gateway, boot, utc_offset_us FROM boot_clock JOIN unnest($1::text[], $2::bytea[]) AS wanted(gateway, boot) USING (gateway, boot)
