"""Docker as the harness uses it: a daemon, an image, a compose project."""
