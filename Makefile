# The short front of the CMake build. `make demo` and `make test` are all that a newcomer needs.
SARAI := build/release/sarai
WAV ?= tests/data/pregunta.wav
OUT ?= respuesta.wav
JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 60
CLANG := 14

.PHONY: demo build test unit lint format asan tsan fuzz bench models deps packages install clean

demo: announce build models
	@tools/demo.sh $(SARAI) "$(WAV)" "$(OUT)"

.PHONY: announce
announce:
	@tools/setup/announce.sh "$(WAV)"

packages:
	@tools/setup/packages.sh build

deps: packages
	@tools/setup/deps.sh

build: deps
	@JOBS=$(JOBS) tools/setup/build.sh release -DSARAI_TESTS=OFF

models: build
	@$(SARAI) models pull embedded

# What the tests need beside what the program needs.
.PHONY: test-packages
test-packages:
	@tools/setup/packages.sh build test

# Everything that is built and run by `make test`: real models, warnings as errors.
test: test-packages models
	@tools/setup/postgres.sh || true
	@tools/setup/mcp.sh || true
	@cmake --preset dev >/dev/null
	@cmake --build build/dev --parallel $(JOBS) -- --no-print-directory -s
	ctest --test-dir build/dev --output-on-failure

# Only the tests that need no model.
unit: test-packages deps
	@cmake --preset dev >/dev/null
	@cmake --build build/dev --parallel $(JOBS) -- --no-print-directory -s
	ctest --test-dir build/dev --output-on-failure -L unit

SOURCES = $(shell git ls-files '*.c' '*.h')

format:
	clang-format-$(CLANG) -i $(SOURCES)

lint: test-packages deps
	clang-format-$(CLANG) --dry-run --Werror $(SOURCES)
	@cmake --preset dev >/dev/null
	@git ls-files 'src/*.c' 'cli/*.c' | xargs -P $(JOBS) -n 8 clang-tidy-$(CLANG) --quiet -p build/dev

# Sanitizers: memory and undefined behaviour over all unit tests, threads over those with threads.
asan: test-packages deps
	@cmake --preset asan >/dev/null
	@cmake --build build/asan --parallel $(JOBS) -- --no-print-directory -s
	ctest --test-dir build/asan --output-on-failure -L unit

tsan: test-packages deps
	@cmake --preset tsan >/dev/null
	@cmake --build build/tsan --parallel $(JOBS) --target base_test -- --no-print-directory -s
	ctest --test-dir build/tsan --output-on-failure -R base_test

fuzz: test-packages deps
	@cmake --preset fuzz >/dev/null
	@cmake --build build/fuzz --parallel $(JOBS) --target fuzzers -- --no-print-directory -s
	@tests/fuzz/run.sh build/fuzz/tests/fuzz $(FUZZ_SECONDS)

bench: models
	@bench/run.sh

# What the repository keeps out of the program's tables and the manifest; a test tells when it is old.
.PHONY: docs
docs: build
	SARAI_ENV_FILE=/dev/null SARAI_LANG=es $(SARAI) config --env >.env.example
	python3 tools/models_page.py

# Installs what is built already, so that `sudo make install` builds nothing as root.
PREFIX ?= /usr/local
install:
	@test -x $(SARAI) || $(MAKE) build
	cmake --install build/release --prefix $(PREFIX)
	@[ -n "$(DESTDIR)" ] || [ "$$(id -u)" != 0 ] || ldconfig # so that programs find libsarai.so

# Takes away what the last install put there.
.PHONY: uninstall
uninstall:
	xargs -r rm -f <build/release/install_manifest.txt

clean:
	rm -rf build
