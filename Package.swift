// swift-tools-version: 6.2
import PackageDescription

// Rooms, from the bottom up; an arrow never points up. docs/ explains what lives where.
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")

let package = Package(
    name: "tidings",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    ],
    targets: [
        .systemLibrary(name: "CPostgres", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CZeroMQ", providers: [.apt(["libzmq3-dev"])]),
        // Through pkg-config, because libxml2's headers include one another from a folder of their own.
        .systemLibrary(name: "CXML", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .target(name: "CLinux"),

        .target(name: "Linguistics"),
        .target(name: "Training", dependencies: ["Linguistics"]),
        .target(name: "Records", dependencies: [crypto]),
        .target(name: "Knowledge", dependencies: ["Records"]),
        .target(name: "Coding", dependencies: ["Linguistics", "Knowledge", "Records"]),
        .target(name: "Articles", dependencies: ["CXML", "Records"]),
        .target(name: "Postgres", dependencies: ["CPostgres"]),
        .target(name: "Messaging", dependencies: ["CZeroMQ"]),
        .target(name: "ServiceSupport", dependencies: ["CLinux", arguments, logging]),
        .target(name: "Wire", dependencies: ["Records"]),
        .target(
            name: "Hub",
            dependencies: ["Messaging", "Postgres", "Records", "ServiceSupport", "Storage", "Wire", logging]
        ),
        .target(
            name: "Ingest",
            dependencies: [
                "Articles", "CLinux", "Messaging", "Postgres", "Records", "ServiceSupport", "Storage", "Wire",
                asyncHTTPClient, hummingbird, logging, yams,
            ]
        ),
        .target(name: "Extraction", dependencies: ["Messaging", "Records", "ServiceSupport", "Wire", logging]),
        .target(
            name: "Watch",
            dependencies: [
                "Postgres", "Records", "ServiceSupport", "Storage", "TidingsClient", "Wire", asyncHTTPClient,
                hummingbird, logging, yams,
            ]
        ),
        .target(name: "TidingsClient", dependencies: ["Messaging", "ServiceSupport", "Wire"]),
        .target(name: "Storage", dependencies: ["Postgres", "Records", "ServiceSupport", "Wire", logging]),

        .target(name: "Supervision", dependencies: ["Postgres", "Records", "ServiceSupport", logging]),

        .executableTarget(name: "tidings-ingest", dependencies: ["Ingest", "ServiceSupport", arguments]),
        .executableTarget(name: "tidings-hub", dependencies: ["Hub", "ServiceSupport", arguments]),
        .executableTarget(
            name: "tidings-extract",
            dependencies: [
                "CLinux", "Coding", "Extraction", "Knowledge", "Linguistics", "ServiceSupport", arguments, logging,
            ]
        ),
        .executableTarget(name: "tidings-watch", dependencies: ["ServiceSupport", "Watch", arguments]),
        .executableTarget(
            name: "tidings",
            dependencies: [
                "Articles", "CLinux", "Coding", "Knowledge", "Linguistics", "Postgres", "Records", "ServiceSupport",
                "Storage", "Supervision",
                "TidingsClient", "Wire", arguments, logging,
            ]
        ),

        .executableTarget(name: "tidings-train", dependencies: ["Linguistics", "Training", arguments]),

        .target(
            name: "TestSupport",
            dependencies: ["Postgres", "ServiceSupport", "Supervision"],
            path: "Tests/TestSupport"
        ),
        .executableTarget(name: "tidings-check", path: "Tests/Checker"),
        .executableTarget(
            name: "tidings-bench",
            dependencies: [
                "Coding", "Extraction", "Knowledge", "Linguistics", "Postgres", "Records", "ServiceSupport",
                "Supervision", "TestSupport", "TidingsClient",
                "Wire",
                arguments, logging, "tidings", "tidings-hub", "tidings-ingest", "tidings-extract", "tidings-watch",
            ],
            path: "Benchmarks"
        ),
        .testTarget(
            name: "StackTests",
            dependencies: [
                "Ingest", "Messaging", "Postgres", "Records", "ServiceSupport", "Supervision", "TestSupport", logging,
                "tidings",
                "tidings-check", "tidings-extract", "tidings-hub", "tidings-ingest", "tidings-watch",
            ],
            path: "Tests/Stack"
        ),
        .testTarget(name: "PostgresTests", dependencies: ["Postgres", "ServiceSupport", "TestSupport"]),
        .testTarget(name: "MessagingTests", dependencies: ["Messaging", "ServiceSupport"]),
        .testTarget(name: "WireTests", dependencies: ["Wire"]),
        .testTarget(
            name: "StorageTests",
            dependencies: ["Postgres", "Records", "Storage", "Supervision", "TestSupport", "Wire"]
        ),
        .testTarget(name: "HubTests", dependencies: ["Hub", "Wire"]),
        .testTarget(name: "ExtractionTests", dependencies: ["Extraction", "Wire"]),
        .testTarget(name: "IngestTests", dependencies: ["Ingest"]),
        .testTarget(name: "ClientTests", dependencies: ["TidingsClient", "Wire"]),
        .testTarget(name: "LinguisticsTests", dependencies: ["Linguistics"]),
        .testTarget(name: "TrainingTests", dependencies: ["Linguistics", "Training"]),
        .testTarget(name: "RecordsTests", dependencies: ["Records"]),
        .testTarget(name: "KnowledgeTests", dependencies: ["Knowledge", "Records"]),
        .testTarget(
            name: "CodingTests",
            dependencies: ["Coding", "Linguistics", "Knowledge", "Records", "Training"],
            exclude: ["Sets"]
        ),
        .testTarget(name: "ArticlesTests", dependencies: ["Articles", "Records"], exclude: ["Pages"]),
    ]
)

// Training runs on the machine that builds it: TIDINGS_NATIVE=1 lets it use all of the processor's instructions.
if Context.environment["TIDINGS_NATIVE"] != nil {
    package.targets.first { $0.name == "Training" }?.swiftSettings = [
        .unsafeFlags(["-Xcc", "-march=native"]), .define("TIDINGS_NATIVE"),
    ]
}

// Numbers by the million: without optimisation the language core takes a second a sentence, and every test of the stack waits for it.
for target in package.targets where ["Linguistics", "Training", "Knowledge", "Coding"].contains(target.name) {
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
