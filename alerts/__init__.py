"""Alert rules and engine (pure, `alerts.engine`), and the service that follows the record and notifies."""
