SELECT channel, time FROM readings WHERE time > $1
