# make run    the whole stack on this machine, with sample articles; Ctrl-C ends it
# make test   every test, against a real PostgreSQL that it starts itself
# make chaos  the fault test at length: 3,000 articles while everything is killed at random
# make simulate   seeded schedules of faults for ten minutes; docs/testing.md
# make accuracy   scores of the language model against their floors, in release
# make bench  what docs/performance.md says of this machine
.PHONY: run test accuracy chaos simulate bench bootstrap format lint tsan clean

run: bootstrap
	swift build -c release
	.build/release/tidings up --demo

test: bootstrap
	swift build --build-tests
	swift test --skip-build
	models/check

accuracy: bootstrap
	models/check

chaos: bootstrap
	swift build --build-tests
	TIDINGS_CHAOS_ARTICLES=3000 swift test --skip-build --filter StackTests.ChaosTests

simulate: bootstrap
	swift build -c release --product tidings-simulate
	.build/release/tidings-simulate --schedules 100000000 --minutes 10

bench: bootstrap
	swift build -c release
	.build/release/tidings-bench start
	.build/release/tidings-bench latency
	.build/release/tidings-bench plumbing

tsan: bootstrap
	TSAN_OPTIONS=halt_on_error=1 swift test --scratch-path .build-tsan --sanitize=thread --filter 'PostgresTests|MessagingTests'

bootstrap:
	@deploy/bootstrap

format:
	swift format --in-place --recursive --parallel Sources Tests Benchmarks Package.swift

lint:
	swift format lint --strict --recursive --parallel Sources Tests Benchmarks Package.swift

clean:
	rm -rf .build .build-tsan
