"""The application is put together here: each resource with the ones it is made of."""
