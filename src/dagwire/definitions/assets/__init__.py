"""Assets, asset checks and selections of them."""
