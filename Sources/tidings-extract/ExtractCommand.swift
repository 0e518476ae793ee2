import ArgumentParser
import CLinux
import Coding
import Extraction
import Glibc
import Knowledge
import Linguistics
import Logging
import ServiceSupport

@main
struct ExtractCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tidings-extract",
        abstract: "Codes articles for the hub: entities, quotes and events. Holds no database credential.",
        discussion: """
            Any number may run, on any host that reaches the hub's work endpoint. SIGHUP reads the knowledge tables again.

            'tidings client add NAME --role worker' makes a key for an extractor on another host.

            Example: tidings-extract --hub tcp://127.0.0.1:7400 --key keys/extract/curve.key --workers 4
            """
    )

    @Option(help: "The hub's work endpoint.") var hub = "tcp://127.0.0.1:7400"
    @Option(help: "The file with this extractor's key and the hub's public one.") var key: String
    @Option(help: "Articles coded at one time; as many as the machine has cores when not given.") var workers: Int?
    @Option(help: "Seconds for one article; after that it is given up with a reason.") var seconds = 20
    @Option(help: "Address space of this process in MiB; an article that needs more ends it and is charged with that.")
    var memory = 4096
    @Option(help: "The directory of the knowledge tables; found beside the executables when not given.") var seeds:
        String?
    @Option(help: "The language model; the one beside the executables when not given.") var model: String?
    @OptionGroup var options: ServiceOptions

    func validate() throws {
        guard workers ?? 1 >= 1, workers ?? 1 <= 64 else { throw ValidationError("--workers is 1 to 64") }
        guard seconds >= 1 else { throw ValidationError("--seconds is at least 1") }
        guard memory >= 512 else { throw ValidationError("--memory is at least 512 MiB") }
    }

    func run() throws {
        let current = Locked<Coder?>(nil)
        try options.serve("tidings-extract", onHangup: { reload(current, $0) }) { logger in
            guard tidings_limit_address_space(UInt64(memory) << 20) == 0 else {
                throw ValidationError("the kernel refuses --memory \(memory): \(String(cString: strerror(errno)))")
            }
            let coder = try read()
            current.withLock { $0 = coder }
            let count = workers ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
            let service = ExtractionService(
                .init(hub: hub, keyFile: key, workers: count, secondsPerArticle: seconds, coder: Coder.version),
                logger: logger,
                makeCoder: {
                    var worker = coder.makeWorker()
                    return { article, isOverBudget in
                        // The tables may have been read again since the last article.
                        if let newest = current.withLock({ $0 }), newest !== worker.coder {
                            worker = newest.makeWorker()
                        }
                        return try Drafts.records(
                            worker.code(article, isOverBudget: isOverBudget),
                            coder: Coder.version
                        )
                    }
                },
                abandon: { _ in Glibc.exit(70) }
            )
            return { service.shutdown() }
        }
    }

    private func read() throws -> Coder {
        Coder(
            knowledge: try Knowledge(directory: seeds ?? Installation.seeds()),
            model: try LanguageModel(path: model ?? Installation.model())
        )
    }

    /// SIGHUP: the tables are read again; wrong ones are named and the old ones kept.
    private func reload(_ current: Locked<Coder?>, _ logger: Logger) {
        do {
            let coder = try read()
            current.withLock { $0 = coder }
            logger.info("knowledge read again")
        } catch {
            logger.error("the knowledge tables are wrong, the old ones stay in use", metadata: ["error": "\(error)"])
        }
    }
}
