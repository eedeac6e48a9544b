-- Nobody resets a cursor while entries before it change their form.
SELECT count(*) FROM (SELECT FROM projection_cursor FOR SHARE) AS held
