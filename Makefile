# keywire: two commands do everything, `make run` and `make test`.

run: # Builds a release binary and serves ./data on 127.0.0.1:5433.
	cargo run --release --quiet -- serve
