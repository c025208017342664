"""Several machines that train one network together."""
