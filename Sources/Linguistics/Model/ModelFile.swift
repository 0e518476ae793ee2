#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Why a model file cannot be used.
package struct ModelError: Error, Equatable, CustomStringConvertible {
    /// What is wrong with the file.
    package enum Code: String, Sendable { case missing, notAModel, version, truncated, damaged, inconsistent }

    package let code: Code
    package let path: String
    package let detail: String

    package var description: String { "\(path): \(detail)" }
}

/// A model file in memory: mapped read-only, checked as a whole once, then read in place by any number of threads.
///
/// All numbers are little-endian; every section begins at a multiple of 64 bytes.
///
/// | bytes | what |
/// |---|---|
/// | 0..<8 | `TIDINGLM` |
/// | 8..<12 | version, now 2 |
/// | 12..<16 | number of sections |
/// | 16..<24 | length of the file |
/// | 24..<32 | checksum of all bytes from 64 on |
/// | 64… | sections' table: name of 32 bytes padded with NUL, offset and length of 8 bytes each |
/// | … | sections |
package final class ModelFile: Sendable {
    package static let magic: [UInt8] = Array("TIDINGLM".utf8)
    package static let version: UInt32 = 2
    package static let headerLength = 64

    package let path: String
    // Unsafe only in that a pointer is not Sendable: it is set once, its pages are mapped read-only, and deinit alone unmaps them.
    nonisolated(unsafe) private let base: UnsafeRawPointer
    private let length: Int
    /// The size of the file.
    package var bytes: Int { length }
    private let sections: [String: Range<Int>]

    /// Maps and checks a file.
    ///
    /// - Throws: ``ModelError``.
    /// - Complexity: O(bytes), about 1 ms a 5 MB.
    package init(path: String) throws(ModelError) {
        self.path = path
        (base, length) = try Self.map(path)
        do throws(ModelError) {
            sections = try Self.check(base, length, path)
        } catch {
            munmap(UnsafeMutableRawPointer(mutating: base), length)
            throw error
        }
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: base), length) }

    private static func map(_ path: String) throws(ModelError) -> (UnsafeRawPointer, Int) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw ModelError(
                code: .missing,
                path: path,
                detail: "the language model cannot be opened: \(String(cString: strerror(errno)))"
            )
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_size >= headerLength, status.st_size < 1 << 30 else {
            throw ModelError(
                code: .truncated,
                path: path,
                detail: "not the size of a language model; fetch the file again"
            )
        }
        let length = Int(status.st_size)
        guard let base = mmap(nil, length, PROT_READ, MAP_PRIVATE, file, 0), base != MAP_FAILED else {
            throw ModelError(
                code: .missing,
                path: path,
                detail: "cannot be mapped: \(String(cString: strerror(errno)))"
            )
        }
        return (UnsafeRawPointer(base), length)
    }

    private static func check(
        _ base: UnsafeRawPointer,
        _ length: Int,
        _ path: String
    ) throws(ModelError) -> [String: Range<Int>] {
        guard (0..<8).allSatisfy({ base.load(fromByteOffset: $0, as: UInt8.self) == magic[$0] }) else {
            throw ModelError(code: .notAModel, path: path, detail: "not a language model of Tidings")
        }
        let found = UInt32(littleEndian: base.load(fromByteOffset: 8, as: UInt32.self))
        guard found == version else {
            throw ModelError(
                code: .version,
                path: path,
                detail: "version \(found) of the format, this program reads \(version)"
            )
        }
        let count = Int(UInt32(littleEndian: base.load(fromByteOffset: 12, as: UInt32.self)))
        let stated = UInt64(littleEndian: base.load(fromByteOffset: 16, as: UInt64.self))
        guard stated == UInt64(length), count < 256, headerLength + count * 48 <= length else {
            throw ModelError(
                code: .truncated,
                path: path,
                detail: "\(length) bytes, its header says \(stated); fetch the file again"
            )
        }
        let sum = UInt64(littleEndian: base.load(fromByteOffset: 24, as: UInt64.self))
        guard sum == checksum(UnsafeRawBufferPointer(start: base + headerLength, count: length - headerLength)) else {
            throw ModelError(
                code: .damaged,
                path: path,
                detail: "its checksum is wrong: the file is damaged, fetch it again"
            )
        }
        var sections: [String: Range<Int>] = [:]
        for index in 0..<count {
            let at = headerLength + index * 48
            let name = String(
                decoding: UnsafeRawBufferPointer(start: base + at, count: 32).prefix { $0 != 0 },
                as: UTF8.self
            )
            let offset = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: at + 32, as: UInt64.self))
            let size = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: at + 40, as: UInt64.self))
            guard offset % 64 == 0, offset <= UInt64(length), size <= UInt64(length) - offset else {
                throw ModelError(code: .truncated, path: path, detail: "section \(name) lies outside of the file")
            }
            sections[name] = Int(offset)..<Int(offset + size)
        }
        return sections
    }

    /// Four lanes of multiply and rotate over words of 8 bytes: finds damage, is no defence against an attacker.
    package static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var lanes = SIMD4<UInt64>(1, 2, 3, 4)
        let factor = SIMD4<UInt64>(repeating: 0x9E37_79B1)
        var at = 0
        while at + 32 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: at, as: SIMD4<UInt64>.self)
            let mixed = lanes ^ word
            lanes = (mixed &* factor) ^ (mixed &>> SIMD4(repeating: 29)) &+ (mixed &<< SIMD4(repeating: 11))
            at += 32
        }
        var sum = lanes[0] ^ lanes[1] &* 3 ^ lanes[2] &* 5 ^ lanes[3] &* 7
        while at < bytes.count {
            sum = (sum ^ UInt64(bytes[at])) &* 0x100_0000_01B3
            at += 1
        }
        return sum
    }

    /// The numbers of a section.
    ///
    /// - Throws: ``ModelError`` when the section is missing or does not hold `count` elements.
    func section<T: BitwiseCopyable>(
        _ name: String,
        _ type: T.Type,
        count: Int? = nil
    ) throws(ModelError) -> Mapped<T> {
        guard let range = sections[name] else {
            throw ModelError(code: .inconsistent, path: path, detail: "section \(name) is missing")
        }
        let found = range.count / MemoryLayout<T>.stride
        guard range.count % MemoryLayout<T>.stride == 0, count == nil || count == found else {
            throw ModelError(
                code: .inconsistent,
                path: path,
                detail: "section \(name) has \(range.count) bytes, not the size its shape needs"
            )
        }
        return Mapped(self, (base + range.lowerBound).assumingMemoryBound(to: T.self), count: found)
    }

    /// All sections as they stand in the file, in its order.
    package var contents: [(name: String, bytes: [UInt8])] {
        sections.sorted { $0.value.lowerBound < $1.value.lowerBound }.map { name, range in
            (name, Array(UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)))
        }
    }

    /// A section of text, a string a line.
    func strings(_ name: String) throws(ModelError) -> [String] {
        let bytes = try section(name, UInt8.self).elements
        return bytes.isEmpty
            ? []
            : String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map(
                String.init
            )
    }
}
