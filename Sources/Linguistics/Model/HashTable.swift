/// A fixed table from 64-bit hashes to numbers, by open addressing, in a model file: a power of two of keys, then as many values.
///
/// Keys stand for strings that are not kept: among 100,000 of them the chance of any collision is below one in a billion. Zero is no key.
struct HashTable: Sendable {
    private let keys: Mapped<UInt64>
    private let values: Mapped<UInt32>

    init(_ file: ModelFile, _ name: String) throws(ModelError) {
        keys = try file.section(name + ".keys", UInt64.self)
        values = try file.section(name + ".values", UInt32.self, count: keys.count)
        guard keys.count > 0, keys.count & (keys.count - 1) == 0, keys.elements.contains(0) else {
            throw ModelError(
                code: .inconsistent,
                path: file.path,
                detail: "table \(name) has \(keys.count) places, not a power of two with room left"
            )
        }
    }

    /// The value of a key.
    ///
    /// Complexity: O(1) expected, at most one pass over the table.
    @inline(__always)
    subscript(_ key: UInt64) -> UInt32? {
        var place = Int(truncatingIfNeeded: key) & (keys.count - 1)
        while keys[place] != 0 {
            if keys[place] == key { return values[place] }
            place = (place + 1) & (keys.count - 1)
        }
        return nil
    }

    /// The two arrays of a table with these entries.
    package static func build(_ entries: [UInt64: UInt32]) -> (keys: [UInt64], values: [UInt32]) {
        var size = 16
        while size < entries.count * 2 { size *= 2 }
        var keys = [UInt64](repeating: 0, count: size)
        var values = [UInt32](repeating: 0, count: size)
        for (key, value) in entries.sorted(by: { $0.key < $1.key }) {
            var place = Int(truncatingIfNeeded: key) & (size - 1)
            while keys[place] != 0 { place = (place + 1) & (size - 1) }
            keys[place] = key
            values[place] = value
        }
        return (keys, values)
    }
}

/// Builds hash tables for a model file.
package enum HashTableBuilder {
    package static func build(_ entries: [UInt64: UInt32]) -> (keys: [UInt64], values: [UInt32]) {
        HashTable.build(entries)
    }
}
