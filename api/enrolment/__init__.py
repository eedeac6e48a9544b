"""Identity of the installation: the small CA, and the HTTPS service that enrols gateways and renews their certificates."""
