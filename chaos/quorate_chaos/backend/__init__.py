"""Where nodes live: on loopback, in network namespaces, in containers. Scenarios do not care."""
