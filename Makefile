# Thin on purpose: everything is in packaging/bootstrap.py, which also works where there is no make.
# Arguments for the task: make test ARGS="-k merge"

PYTHON ?= $(shell command -v python3.11 || command -v python3)

.PHONY: run test test-all bench lint screenshots package test-packages setup clean help

help:
	@$(PYTHON) packaging/bootstrap.py --help

run test test-all bench lint screenshots package test-packages setup:
	@$(PYTHON) packaging/bootstrap.py $@ $(ARGS)

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist screenshots
