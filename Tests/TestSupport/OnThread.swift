import ServiceSupport

/// Runs blocking work on a thread of its own: tests run on Swift's cooperative pool, which servers and clients in this process need too.
package func onThread<Value: Sendable>(
    _ name: String = "test",
    _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Worker(name: name) { continuation.resume(with: Result(catching: body)) }.detach()
    }
}
