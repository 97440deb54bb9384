"""What `make package` and `make test-packages` are made of."""
