"""Assets as tables of a warehouse: which rows a value is, and the IO manager that stores them."""
