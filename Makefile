# meterbench's front door. CMake does the work; every target here is one step a newcomer would type.
#   make demo    install what is missing, build, judge the scenarios (all virtual, then with the emulated board)
#   make check   the same build, then every test
#   make bench   the same build, then how fast it is (make bench BENCH="--quick kernel": tests/bench)
#   make validate   runs the models against published figures and writes docs/validation.md
#   make claims  judges every scenario and writes what holds of what is claimed: docs/claims.md
BUILD  ?= build
JOBS   ?= $(shell nproc)
SUDO   := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
export CTEST_OUTPUT_ON_FAILURE = 1

.PHONY: all build deps demo check validate claims clean help

all: build

help:
	@sed -n 's/^#   //p' Makefile

deps:
	@sh cmake/install-packages.sh packages.txt "$(SUDO)"

build: deps
	@cmake --preset release -B $(BUILD) >/dev/null || cmake --preset release -B $(BUILD)
	@cmake --build $(BUILD) -j $(JOBS)

demo: build
	@sh cmake/demo.sh $(BUILD)

check: build
	@ctest --test-dir $(BUILD) -j $(JOBS)

validate: build
	@$(BUILD)/tests/validate/validate $(VALIDATE)

claims: build
	@$(BUILD)/meterbench test --claims docs/claims.md --quiet

bench: build
	@$(BUILD)/tests/bench/meterbench-bench $(BENCH)

clean:
	rm -rf $(BUILD)
