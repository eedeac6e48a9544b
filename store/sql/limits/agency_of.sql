SELECT agency FROM person WHERE id = $1
