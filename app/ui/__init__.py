"""The window: shows values of the domain and asks the services."""
