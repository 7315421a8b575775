"""The web-service functions, one module for each family."""
