// swift-tools-version: 6.2
import PackageDescription

// Rooms, from the bottom up; an arrow never points up. docs/ explains what lives where.
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")

let package = Package(
    name: "tidings",
    products: [.library(name: "TidingsClient", targets: ["TidingsClient"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    ],
    targets: [
        .systemLibrary(name: "CPostgres", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CZeroMQ", providers: [.apt(["libzmq3-dev"])]),
        .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CRDKafka", providers: [.apt(["librdkafka-dev"])]),
        // Through pkg-config, because libxml2's headers include one another from a folder of their own.
        .systemLibrary(name: "CXML", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CLinux"),

        .target(name: "Linguistics"),
        .target(name: "Training", dependencies: ["Linguistics"]),
        .target(name: "Records", dependencies: [crypto]),
        .target(name: "Knowledge", dependencies: ["Records"]),
        .target(name: "Coding", dependencies: ["Linguistics", "Knowledge", "Records"]),
        .target(name: "Articles", dependencies: ["CLinux", "CXML", "CZlib", "Records", "ServiceSupport"]),
        .target(name: "Settings", dependencies: ["Wire", yams]),
        .target(
            name: "Briefing",
            dependencies: ["Knowledge", "Linguistics", "Records", "ServiceSupport", "Settings", "Wire", yams]
        ),
        .target(name: "Postgres", dependencies: ["CPostgres"]),
        .target(name: "Messaging", dependencies: ["CZeroMQ"]),
        .target(name: "Access", dependencies: ["Messaging"]),
        .target(name: "ServiceSupport", dependencies: ["CLinux", arguments, logging]),
        .target(name: "Wire", dependencies: ["Records"]),
        .target(
            name: "HTTPSupport",
            dependencies: ["ServiceSupport", arguments, asyncHTTPClient, crypto, hummingbird, logging]
        ),
        .target(
            name: "Hub",
            dependencies: ["Access", "Messaging", "Postgres", "Records", "ServiceSupport", "Storage", "Wire", logging]
        ),
        .target(
            name: "Ingest",
            dependencies: [
                "Articles", "CLinux", "HTTPSupport", "Messaging", "Postgres", "Records", "ServiceSupport", "Settings",
                "Storage", "Wire", hummingbird, logging, yams,
            ]
        ),
        .target(name: "Extraction", dependencies: ["Messaging", "Records", "ServiceSupport", "Wire", logging]),
        .target(
            name: "Watch",
            dependencies: [
                "Briefing", "CCurl", "HTTPSupport", "Knowledge", "Messaging", "Postgres", "Records", "ServiceSupport",
                "Settings",
                "Storage", "TidingsClient", "Wire", crypto, hummingbird, logging, mustache, yams,
            ],
            resources: [.embedInCode("Dashboard/Resources")]
        ),
        .target(name: "TidingsClient", dependencies: ["Messaging", "Records", "ServiceSupport", "Wire"]),
        // The example of the documentation; without package access it sees what a user of the library sees.
        .executableTarget(
            name: "follow-feed",
            dependencies: ["TidingsClient"],
            path: "docs/clients/swift",
            packageAccess: false
        ),
        .target(
            name: "Relays",
            dependencies: [
                "CRDKafka", "Messaging", "Records", "ServiceSupport", "TidingsClient", "Wire", logging,
            ]
        ),
        .target(
            name: "Storage",
            dependencies: ["Briefing", "Knowledge", "Postgres", "Records", "ServiceSupport", "Wire", logging]
        ),

        .target(
            name: "Supervision",
            dependencies: ["Access", "Messaging", "Postgres", "Records", "ServiceSupport", logging]
        ),

        .executableTarget(
            name: "tidings-ingest",
            dependencies: ["HTTPSupport", "Ingest", "ServiceSupport", arguments]
        ),
        .executableTarget(name: "tidings-hub", dependencies: ["Hub", "ServiceSupport", arguments]),
        .executableTarget(
            name: "tidings-extract",
            dependencies: [
                "CLinux", "Coding", "Extraction", "Knowledge", "Linguistics", "ServiceSupport", arguments, logging,
            ]
        ),
        .executableTarget(
            name: "tidings-watch",
            dependencies: ["HTTPSupport", "Knowledge", "ServiceSupport", "Watch", arguments]
        ),
        .executableTarget(
            name: "tidings",
            dependencies: [
                "Access", "Articles", "Briefing", "CLinux", "Coding", "HTTPSupport", "Knowledge", "Linguistics",
                "Messaging",
                "Postgres", "Records", "Relays", "ServiceSupport", "Settings", "Storage", "Supervision",
                "TidingsClient",
                "Watch", "Wire", arguments, logging,
            ]
        ),

        .executableTarget(name: "tidings-train", dependencies: ["Linguistics", "Training", arguments]),

        .target(
            name: "TestSupport",
            dependencies: ["Briefing", "Postgres", "Records", "ServiceSupport", "Storage", "Supervision", "Wire"],
            path: "Tests/TestSupport"
        ),
        .executableTarget(name: "tidings-check", path: "Tests/Checker"),
        .target(
            name: "Simulation",
            dependencies: ["Extraction", "Hub", "Storage", "TidingsClient", "Wire"],
            path: "Tests/Simulation"
        ),
        .executableTarget(
            name: "tidings-simulate",
            dependencies: ["Simulation", "ServiceSupport", arguments],
            path: "Tests/Simulator"
        ),
        .executableTarget(
            name: "tidings-bench",
            dependencies: [
                "Briefing", "Coding", "Extraction", "Knowledge", "Linguistics", "Postgres", "Records", "ServiceSupport",
                "Storage", "Supervision", "TestSupport", "TidingsClient", "Watch", "Wire",
                arguments, logging, "tidings", "tidings-hub", "tidings-ingest", "tidings-extract", "tidings-watch",
            ],
            path: "Benchmarks",
            exclude: ["API/fill.sql"]
        ),
        .testTarget(
            name: "StackTests",
            dependencies: [
                "HTTPSupport", "Ingest", "Messaging", "Postgres", "Records", "ServiceSupport", "Supervision",
                "TestSupport", logging,
                "tidings",
                "follow-feed", "tidings-check", "tidings-extract", "tidings-hub", "tidings-ingest", "tidings-watch",
            ],
            path: "Tests/Stack",
            exclude: ["reader.py"]
        ),
        .testTarget(name: "PostgresTests", dependencies: ["Postgres", "ServiceSupport", "TestSupport"]),
        .testTarget(name: "MessagingTests", dependencies: ["Messaging", "ServiceSupport"]),
        .testTarget(name: "WireTests", dependencies: ["TestSupport", "Wire"]),
        .testTarget(
            name: "StorageTests",
            dependencies: ["Briefing", "Postgres", "Records", "Storage", "Supervision", "TestSupport", "Wire"]
        ),
        .testTarget(name: "HubTests", dependencies: ["Hub", "TidingsClient", "Wire"]),
        .testTarget(name: "ExtractionTests", dependencies: ["Extraction", "Records", "Wire"]),
        .testTarget(name: "SimulationTests", dependencies: ["Simulation"], exclude: ["seeds.txt"]),
        .testTarget(
            name: "IngestTests",
            dependencies: [
                "Articles", "HTTPSupport", "Ingest", "Records", "ServiceSupport", "Settings", "TestSupport",
                hummingbird, logging,
            ]
        ),
        .testTarget(
            name: "ClientTests",
            dependencies: ["Messaging", "ServiceSupport", "TestSupport", "TidingsClient", "Wire"]
        ),
        .testTarget(
            name: "HTTPSupportTests",
            dependencies: ["HTTPSupport", "ServiceSupport", "TestSupport", hummingbird, logging]
        ),
        .testTarget(
            name: "WatchTests",
            dependencies: [
                "Briefing", "HTTPSupport", "Knowledge", "Postgres", "Records", "ServiceSupport", "Settings", "Storage",
                "Supervision", "TestSupport", "Watch", "Wire",
                logging, "tidings", "tidings-extract", "tidings-hub", "tidings-ingest", "tidings-watch",
            ]
        ),
        .testTarget(
            name: "BriefingTests",
            dependencies: [
                "Articles", "Briefing", "Coding", "Knowledge", "Linguistics", "Records", "ServiceSupport", "Wire",
            ],
            exclude: ["Sets"]
        ),
        .testTarget(name: "ServiceSupportTests", dependencies: ["ServiceSupport"]),
        .testTarget(
            name: "RelayTests",
            dependencies: [
                "CRDKafka", "Postgres", "Records", "Relays", "ServiceSupport", "Supervision", "TestSupport", "tidings",
                "tidings-extract",
                "tidings-hub", "tidings-ingest", "tidings-watch",
            ]
        ),
        .testTarget(name: "LinguisticsTests", dependencies: ["Linguistics"]),
        .testTarget(name: "TrainingTests", dependencies: ["Linguistics", "Training"]),
        .testTarget(name: "RecordsTests", dependencies: ["Records"]),
        .testTarget(name: "KnowledgeTests", dependencies: ["Knowledge", "Records"]),
        .testTarget(
            name: "CodingTests",
            dependencies: ["Coding", "Linguistics", "Knowledge", "Records", "Training"],
            exclude: ["Sets"]
        ),
        .testTarget(
            name: "ArticlesTests",
            dependencies: ["Articles", "CZlib", "Records", "ServiceSupport", "TestSupport", "tidings"],
            exclude: ["Pages"]
        ),
    ]
)

// Training runs on the machine that builds it: TIDINGS_NATIVE=1 lets it use all of the processor's instructions.
if Context.environment["TIDINGS_NATIVE"] != nil {
    package.targets.first { $0.name == "Training" }?.swiftSettings = [
        .unsafeFlags(["-Xcc", "-march=native"]), .define("TIDINGS_NATIVE"),
    ]
}

// Fuzzers: TIDINGS_FUZZ=1 adds them, and what libFuzzer needs to see which branches an input takes (make fuzz). Their main is libFuzzer's.
if Context.environment["TIDINGS_FUZZ"] != nil {
    for target in package.targets where ["Articles", "Records", "Wire"].contains(target.name) {
        target.swiftSettings = [.unsafeFlags(["-sanitize=fuzzer", "-parse-as-library"])]
    }
    for room in ["Articles", "Wire"] {
        package.targets.append(
            .executableTarget(
                name: "tidings-fuzz-\(room.lowercased())",
                dependencies: [.byName(name: room)],
                path: "Tests/Fuzz/\(room)",
                swiftSettings: [.unsafeFlags(["-sanitize=fuzzer", "-parse-as-library"])],
                linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])]
            )
        )
    }
}

// Numbers and bytes by the million: without optimisation the language core takes a second a sentence, and every test of the stack waits
// for it; the simulation runs thousands of schedules.
for target in package.targets
where ["Articles", "Linguistics", "Training", "Knowledge", "Coding", "Briefing", "Simulation"].contains(target.name) {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .unsafeFlags(["-O"], .when(configuration: .debug))
        ]
}

for target in package.targets where ![.system, .plugin].contains(target.type) && target.name != "CLinux" {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .swiftLanguageMode(.v6),
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            .treatAllWarnings(as: .error),
        ]
}
