import CZlib

/// Unpacks deflate data (RFC 1951, RFC 1952) within limits.
struct Inflate {
    enum Fault: Error {
        /// More than the budget, or than the ratio.
        case size, ratio
        /// What zlib says is wrong with the data, and at which offset.
        case damaged(String, offset: Int)
    }

    enum Wrapper: Int32 {
        case gzip = 31
        case zlib = 15
        case raw = -15
    }

    let limits: ArticleReader.Limits
    /// Bytes that may come out.
    let room: Int

    /// Unpacks one stream at the beginning of `bytes`.
    ///
    /// - Parameters:
    ///   - bytes: The packed bytes.
    ///   - wrapper: What is around the deflate data.
    ///   - output: What came out is added here; of several streams the limits are for all.
    ///   - consumed: Bytes that earlier streams took.
    /// - Returns: How many bytes of the input it took.
    func stream(
        _ bytes: ArraySlice<UInt8>,
        _ wrapper: Wrapper,
        into output: inout [UInt8],
        consumed: Int = 0
    ) throws(Fault) -> Int {
        let state = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        state.initialize(to: z_stream())
        defer { state.deallocate() }
        let size = Int32(MemoryLayout<z_stream>.size)
        guard inflateInit2_(state, wrapper.rawValue, ZLIB_VERSION, size) == Z_OK else {
            throw .damaged("zlib has no memory", offset: bytes.startIndex)
        }
        defer { inflateEnd(state) }
        let before = output.count
        let fault: Fault? = bytes.withUnsafeBufferPointer { source in
            // zlib does not write through next_in, which is not const in its interface.
            state.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
            state.pointee.avail_in = UInt32(source.count)
            var chunk = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let status = chunk.withUnsafeMutableBufferPointer { room in
                    state.pointee.next_out = room.baseAddress
                    state.pointee.avail_out = UInt32(room.count)
                    return inflate(state, Z_NO_FLUSH)
                }
                output += chunk[..<(chunk.count - Int(state.pointee.avail_out))]
                if output.count > room { return .size }
                let taken = consumed + source.count - Int(state.pointee.avail_in)
                if output.count > limits.ratioFloor, output.count / limits.ratio > taken { return .ratio }
                if status == Z_STREAM_END { return nil }
                let offset = bytes.startIndex + source.count - Int(state.pointee.avail_in)
                if status == Z_BUF_ERROR || status == Z_OK && state.pointee.avail_in == 0 && state.pointee.avail_out > 0
                {
                    return .damaged("it ends too early", offset: offset)
                }
                guard status == Z_OK else {
                    let message = state.pointee.msg.map { String(cString: $0) } ?? "it needs a dictionary"
                    return .damaged(message, offset: offset)
                }
            }
        }
        if let fault {
            output.removeSubrange(before...)
            throw fault
        }
        return Int(state.pointee.total_in)
    }
}

extension DocumentReader {
    /// What an error of unpacking is to a reader.
    func error(_ fault: Inflate.Fault, _ input: Input, _ code: ArticleError.Code, _ what: String) -> ArticleError {
        switch fault {
        case .size: sizeError(input)
        case .ratio:
            input.error(
                .ratio,
                "unpacks to more than \(input.limits.ratio) times its size, as no text does: unpack it, and look at it"
            )
        case .damaged(let reason, let offset):
            input.error(
                code,
                "is damaged \(what) at offset \(offset): \(reason); fetch it again",
                offset: offset
            )
        }
    }

    /// Reads the one document that is packed by gzip, in one or several members (RFC 1952, 2.2).
    mutating func readGzip(_ input: Input) throws(ArticleError) {
        if input.carrier.nesting >= input.limits.nesting { throw nestingError(input) }
        let content = try gunzip(input, input.bytes[...])
        // An empty file that is packed is an empty file.
        try read(input.member(content, name: nil))
    }

    /// What gzip data holds.
    mutating func gunzip(_ input: Input, _ bytes: ArraySlice<UInt8>) throws(ArticleError) -> [UInt8] {
        var output: [UInt8] = []
        var rest = bytes
        repeat {
            do throws(Inflate.Fault) {
                let inflate = Inflate(limits: input.limits, room: left)
                let taken = rest.startIndex - bytes.startIndex
                rest = rest.dropFirst(try inflate.stream(rest, .gzip, into: &output, consumed: taken))
            } catch { throw self.error(error, input, .gzip, "as gzip data") }
            // Tapes and block devices pad with zeros.
            if rest.allSatisfy({ $0 == 0 }) { break }
            guard rest.starts(with: [0x1F, 0x8B]) else {
                throw input.error(
                    .gzip,
                    "has something behind its gzip data at offset \(rest.startIndex): cut it off, or fetch it again",
                    offset: rest.startIndex
                )
            }
        } while !rest.isEmpty
        try take(output.count, for: input)
        return output
    }
}
