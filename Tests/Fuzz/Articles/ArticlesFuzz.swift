import Articles
import Records

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

/// libFuzzer's entry: whatever bytes come, reading ends, and articles keep their promises.
///
/// PDF is left out: pdftotext is another program, and starting it a thousand times a second finds nothing of ours.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    var limits = ArticleReader.Limits()
    limits.unpacked = 4 << 20
    let reader = ArticleReader(limits: limits, pdftotext: "/nonexistent/pdftotext")
    do throws(ArticleError) {
        for item in try reader.read(bytes, name: "input") {
            switch item {
            case .article(let article):
                precondition(!article.text.isEmpty && article.text.utf8.count <= limits.text)
                precondition(!article.text.utf8.contains(0) && !article.text.utf8.contains(0x0D))
                precondition(article.sha256.utf8.count == 64 && (article.item?.utf8.count ?? 0) <= 2000)
                precondition(article.embargo?.contains("T") ?? true)
            case .failure(let error): check(error)
            }
        }
    } catch { check(error) }
    return 0
}

private func check(_ error: ArticleError) {
    precondition(!error.code.rawValue.isEmpty && error.message.hasPrefix("“") && !error.message.contains("\n"))
    precondition(error.offset ?? 0 >= 0 && error.line ?? 1 >= 1)
}
