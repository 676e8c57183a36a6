"""Where the application is put together: which resource is made of what."""
