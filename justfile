# `just` lists the recipes; each is one line that can be typed by hand as well.

_default:
    @just --list

# Serve on 127.0.0.1:8080, with SQLite in ./data
run *ARGS:
    cargo run -- serve {{ ARGS }}

# Everything that CI runs; `just test rust` or `just test clients` for a part
test *PART:
    scripts/test {{ PART }}

# One or some tests, with PostgreSQL and Redis beside them: `just it signups`
it *FILTER:
    scripts/with-services cargo test --locked --test it {{ FILTER }}

# The long storm of sign-ups, from a release build: `KEPU_STORM_ATTEMPTS`, `_SESSIONS` and `_KILLS` size it
storm:
    scripts/with-services cargo test --release --locked --test it the_long_storm -- --ignored --nocapture --test-threads 1

# So many random histories of sign-ups against their plain model
histories COUNT="20000":
    KEPU_MODEL_HISTORIES={{ COUNT }} scripts/with-services cargo test --locked --test it agrees_with_a_plain_model -- --nocapture

# Formatting and lints
check:
    cargo fmt --check
    cargo clippy --locked --all-targets -- -D warnings

# Write anew what is generated from the code: the OpenAPI document and the page of settings
bless:
    cargo run --quiet -- openapi > openapi/openapi.json.new
    mv openapi/openapi.json.new openapi/openapi.json
    cargo run --quiet -- settings > docs/configuration.md.new
    mv docs/configuration.md.new docs/configuration.md

# Figures for docs/performance.md, from a release build: `just bench`, or `just bench discovery` for a part
bench *PART:
    scripts/bench {{ PART }}

# Where the server spends its time under the mixed questions, with that many sessions (needs Linux's perf)
profile SIZE="100000":
    KEPU_BENCH_SIZES={{ SIZE }} KEPU_BENCH_PROFILE=target/perf.data cargo bench --locked --bench discovery
    perf report --stdio --no-children --percent-limit 0.5 -i target/perf.data

# Licences, bans and sources of the dependencies (cargo-deny: `scripts/test rust` puts one in target/tools/bin)
deny:
    cargo deny check bans licenses sources

fmt:
    cargo fmt
