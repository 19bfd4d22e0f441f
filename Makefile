# keywire: two commands do everything, `make run` and `make test`.

.PHONY: run test check golden bench

run: # Builds a release binary and serves ./data on 127.0.0.1:5433.
	cargo run --release --quiet -- serve

test: # Installs what the tests need (on Debian) and runs all of them; `make test T=oracle` runs those with that name.
	sh tests/setup.sh
	cargo test --release $(T)

check: # Formatting, lints, unit tests and documentation, without any server.
	cargo fmt --check
	cargo clippy --all-targets --quiet -- -D warnings
	cargo test --quiet --lib --bins
	RUSTDOCFLAGS='-D warnings' cargo doc --no-deps --document-private-items --quiet

golden: # Rewrites the expected output of the golden scripts; read the difference before you commit it.
	UPDATE_GOLDENFILES=1 cargo test --test it golden

bench: # Measures throughput and latency; see tests/bench.
	python3 tests/bench/run.py
