import Wire

/// libFuzzer's driver, which runs the entry below until it fails or its time is over.
@_silgen_name("LLVMFuzzerRunDriver") private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// SwiftPM gives every executable a main of its own, so libFuzzer's is not linked and its driver is called.
@main struct Fuzzer {
    static func main() {
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        _ = runDriver(&count, &arguments, testOneInput)
    }
}

/// libFuzzer's entry: the input's parts, separated by 0x1E, are the frames of a message, and its first part a filter.
///
/// What is read must be the same when it is written and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: data, count: count)
    let frames = bytes.split(separator: 0x1E, omittingEmptySubsequences: false).map { Array($0) }
    if let message = FeedMessage(frames) { precondition(FeedMessage(message.frames.message) == message) }
    if let message = WorkMessage(frames) { precondition(WorkMessage(message.frames.message) == message) }
    if let message = Frames(frames) { precondition(Frames(message.message) == message) }
    if let filter = try? Filter(String(decoding: frames.first ?? [], as: UTF8.self)) {
        _ = filter.matches(frames.last ?? [])
    }
    return 0
}
