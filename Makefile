# make run    the whole stack on this machine, with sample articles; Ctrl-C ends it
# make test   every test, against a real PostgreSQL that it starts itself
.PHONY: run test bootstrap format lint tsan clean

run: bootstrap
	swift build -c release
	.build/release/tidings up --demo

test: bootstrap
	swift build --build-tests
	swift test --skip-build

tsan: bootstrap
	swift test --scratch-path .build-tsan --sanitize=thread --filter 'PostgresTests|MessagingTests'

bootstrap:
	@deploy/bootstrap

format:
	swift format --in-place --recursive --parallel Sources Tests Package.swift

lint:
	swift format lint --strict --recursive --parallel Sources Tests Package.swift

clean:
	rm -rf .build .build-tsan
