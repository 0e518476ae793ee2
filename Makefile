# make run    the whole stack on this machine, with sample articles; Ctrl-C ends it
# make test   every test, against a real PostgreSQL that it starts itself
# make chaos  the fault test at length: 3,000 articles while everything is killed at random
# make endurance   ten minutes of full load with ten subscribers while everything is killed at random, in release
# make simulate   seeded schedules of faults for ten minutes; docs/testing.md
# make accuracy  scores of the language model against their floors
# make bench  what docs/performance.md says of this machine
# make fuzz   random bytes for the readers of articles and of messages, TIME=60 seconds each
.PHONY: run test accuracy chaos endurance simulate bench bootstrap format lint tsan fuzz clean

run: bootstrap
	swift build -c release
	.build/release/tidings up --demo

test: bootstrap
	swift build --build-tests
	swift test --skip-build --no-parallel
	models/check

accuracy: bootstrap
	models/check

chaos: bootstrap
	swift build --build-tests
	TIDINGS_CHAOS_ARTICLES=3000 swift test --skip-build --filter StackTests.ChaosTests

endurance: bootstrap
	swift build -c release
	swift build --build-tests
	TIDINGS_ENDURANCE_SECONDS=600 TIDINGS_BINARIES=.build/release swift test --skip-build --filter StackTests.EnduranceTests

simulate: bootstrap
	swift build -c release --product tidings-simulate
	.build/release/tidings-simulate --schedules 100000000 --minutes 10

bench: bootstrap
	swift build -c release
	.build/release/tidings-bench start
	.build/release/tidings-bench latency
	.build/release/tidings-bench plumbing
	.build/release/tidings-bench rules

tsan: bootstrap
	TSAN_OPTIONS=halt_on_error=1 swift test --scratch-path .build-tsan --sanitize=thread --filter 'PostgresTests|MessagingTests'

TIME ?= 60

# What is found lies in .build-fuzz/found; the inputs that taught it something stay in .build-fuzz/corpus for the next time.
fuzz: bootstrap
	for room in articles wire; do \
	  TIDINGS_FUZZ=1 swift build --sanitize=address --scratch-path .build-fuzz --product "tidings-fuzz-$$room" || exit 1; \
	  mkdir -p ".build-fuzz/corpus/$$room" .build-fuzz/found; \
	  .build-fuzz/debug/tidings-fuzz-$$room -max_total_time=$(TIME) -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
	    -artifact_prefix=.build-fuzz/found/ ".build-fuzz/corpus/$$room" "Tests/Fuzz/corpus/$$room" || exit 1; \
	done

bootstrap:
	@deploy/bootstrap

format:
	swift format --in-place --recursive --parallel Sources Tests Benchmarks Package.swift

lint:
	swift format lint --strict --recursive --parallel Sources Tests Benchmarks Package.swift

clean:
	rm -rf .build .build-tsan .build-fuzz
